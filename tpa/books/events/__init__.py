"""What happened in the books, told to other systems: events of 30 days, webhook endpoints, deliveries (shared schema)."""
