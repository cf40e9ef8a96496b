"""Kinds of questions: one file a kind, its name the key in a case file."""
