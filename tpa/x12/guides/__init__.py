"""The implementation guides (TR3) as tables: loops, segments, elements."""
