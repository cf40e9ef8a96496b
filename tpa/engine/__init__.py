"""PURE: the engine computes. Facts in, decision out; no clock, no database."""
