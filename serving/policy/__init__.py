"""The rules of a shop: what a list may hold, and in which order."""
