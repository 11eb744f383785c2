"""Tuning: better settings, looked for on past windows only."""
