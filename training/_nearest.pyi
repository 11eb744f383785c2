# Compiled from _nearest.c.

from features.arrays import Bools, Codes, Doubles, Offsets

# For each column of a matrix, the k columns with the highest inner products above 0: offsets, columns and values.
def alike(
    offsets: Offsets, index: Codes, value: Doubles, width: int, k: int, allowed: Bools | None, /
) -> tuple[Offsets, Codes, Doubles]: ...

# For each row of the product of two matrices, its k highest entries above 0: offsets, columns and values.
def nearest(
    offsets: Offsets,
    index: Codes,
    value: Doubles,
    width: int,
    right_offsets: Offsets,
    right_index: Codes,
    right_value: Doubles,
    right_width: int,
    k: int,
    scale: Doubles | None,
    allowed: Bools | None,
    /,
) -> tuple[Offsets, Codes, Doubles]: ...
