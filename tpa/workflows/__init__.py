"""One file a journey. A workflow owns the transaction."""
