"""One file a type of fee. Types never import each other."""
