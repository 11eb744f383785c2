"""Exploration: products drawn with known probabilities, so that what was not tried can be estimated."""
