# Compiled from _forest.c.

from features.arrays import Array, Codes, Doubles, Floats

# (M,) the sums of all trees for each row of (M, F).
def scores(nodes: Array, value: Doubles, roots: Codes, matrix: Floats, /) -> Doubles: ...
