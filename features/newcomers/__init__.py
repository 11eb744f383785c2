"""Newcomers: products that came up after a model was made, known from what events tell of them."""
