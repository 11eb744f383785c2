"""Generators of candidates: each names, for every customer, the products it would show."""
