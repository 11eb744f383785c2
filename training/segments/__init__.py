"""Segments that a model learns, and all segments of a shop as a bundle keeps them."""
