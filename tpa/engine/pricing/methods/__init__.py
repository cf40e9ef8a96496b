"""One file a pricing method."""
