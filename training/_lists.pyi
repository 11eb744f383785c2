# Compiled from _lists.c, which says what each of them does. Arrays are contiguous and of exactly these types.

from features.arrays import Array, Bools, Codes, Counts, Doubles, Floats, Offsets

# (P,) inner products of one vector (F,) with others (P, F).
def inner(user: Doubles, items: Floats, /) -> Doubles: ...

# (R, width) sums of weight * value over rows of a sparse table, -inf where nothing was added.
def spread(
    begins: Offsets,
    index: Codes,
    weight: Doubles,
    offsets: Offsets,
    columns: Codes,
    values: Array,
    width: int,
    /,
) -> Doubles: ...

# Products and scores of the k best, best first, ties to the lower product.
def best(
    scores: Array, products: Codes | None, k: int, excluded: Codes | None, allowed: Bools | None, /
) -> tuple[Codes, Floats]: ...

# Products and scores of the first k entries that may be shown, `order` being their places.
def walk(
    order: Counts, columns: Codes, values: Floats, k: int, excluded: Codes | None, allowed: Bools | None, /
) -> tuple[Codes, Floats]: ...

# (M,) rows and products of all that generators named, and (M, G) their ranks from 1, NaN for those who did not.
def pooled(offsets: list[Offsets], products: list[Codes], rows: int, /) -> tuple[Codes, Codes, Floats]: ...

# (M,) scores of products in one row, dense or of the columns `index`, NaN where there are none.
def rated(values: Array, index: Codes | None, product: Codes, /) -> Floats: ...

# (M,) places by row and falling score, and for each the generator that ranked it best.
def ranked(row: Codes, score: Doubles, rank: Floats, /) -> tuple[Counts, Codes]: ...

# (M,) whether a pair is none of some others.
def apart(row: Codes, product: Codes, rows: Codes, products: Codes, /) -> Bools: ...
