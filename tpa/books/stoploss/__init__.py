"""Specific and aggregate exposure under the stop-loss contracts."""
