"""One file a business event. Recipes never import each other."""
