# Compiled from _sieve.c.

from features.arrays import Array, Codes, Doubles, Floats

# Whether this processor can.
AVAILABLE: int

# (M,) the sums of all trees for each row of (M, F).
def scores(tests: Array, ends: Codes, value: Doubles, starts: Codes, matrix: Floats, /) -> Doubles: ...
