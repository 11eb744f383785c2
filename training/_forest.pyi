"""Compiled from _forest.c."""

from features.arrays import Array, Codes, Doubles, Floats

def scores(nodes: Array, value: Doubles, roots: Codes, matrix: Floats, /) -> Doubles:
    """(M,) the sums of all trees for each row of (M, F)."""
