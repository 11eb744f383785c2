"""A simulated shop: tables as a real shop would have them, and beside them the truth that a real shop never has."""
