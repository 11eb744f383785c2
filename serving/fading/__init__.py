"""Fading: what was shown often and passed by moves down."""
