"""Who changed what, when and why, with before and after."""
