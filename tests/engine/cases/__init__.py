"""Cases that anybody can write."""
