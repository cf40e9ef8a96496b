"""What a service may cost: prices as data, one file a method."""
