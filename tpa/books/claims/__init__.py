"""Claims, their lines, decisions and pends."""
