"""ASO agreements, TPA fee schedules, stop-loss contracts, carriers (shared schema)."""
