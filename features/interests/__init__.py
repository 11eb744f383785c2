"""Interests: what customers say they like, and what they did that says so."""
