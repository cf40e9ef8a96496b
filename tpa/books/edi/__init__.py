"""Files in and out with their raw bytes, acknowledgements, the intake queue (shared schema)."""
