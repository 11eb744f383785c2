# Compiled from _kernels.c, which says what each of them does. Arrays are contiguous and of exactly these types.

from features.arrays import Array, Bools, Codes, Counts, Doubles, Floats, Offsets, Times

# Keys (K,), starts (K + 1,), and of N events the group, time, weight and order.
def group(
    row: Codes, thing: Codes, time: Times, order: Codes, weight: Doubles, things: int, merge: bool, /
) -> tuple[Counts, Counts, Counts, Times, Doubles, Codes]: ...

# (K,) sums over each group of 2 ** ((time - at) / span).
def decayed(start: Counts, time: Times, at: int, span: float, /) -> Doubles: ...

# (M,) the place of each key among distinct ascending ones, -1 where it is absent; both int32 or int64.
def find(sorted: Array, keys: Array, /) -> Counts: ...

# The distinct keys, ascending, and (N,) the place of each key among them.
def distinct(keys: Counts, /) -> tuple[Counts, Counts]: ...

# (M,) the values at some places, `missing` where a place is -1.
def pick(values: Array, at: Counts, missing: float, /) -> Doubles: ...

# The index of a key among texts, -1 where it is absent; `order` sorts them.
def locate(text: Array, offsets: Offsets, order: Codes, key: bytes, /) -> int: ...

# (P,) inner products of one vector (F,) with others (P, F).
def inner(user: Doubles, items: Floats, /) -> Doubles: ...

# (1, width) sums of weight * value over rows of a sparse table, -inf where nothing was added.
def spread(
    index: Codes, weight: Doubles, offsets: Offsets, columns: Codes, values: Array, width: int, /
) -> Doubles: ...

# Products and scores of the k best, best first, ties to the lower product.
def best(
    scores: Array, products: Codes | None, k: int, excluded: Codes | None, allowed: Bools | None, /
) -> tuple[Codes, Floats]: ...

# Products and scores of the first k entries that may be shown, `order` being their places.
def walk(
    order: Counts, columns: Codes, values: Floats, k: int, excluded: Codes | None, allowed: Bools | None, /
) -> tuple[Codes, Floats]: ...

# (size + 1,) how many codes are -1, 0, 1 and so on.
def counts(codes: Codes, size: int, /) -> Counts: ...

# Of the visits that touched several products: where their products begin, these ascending, and the first times.
def visits(
    offsets: Offsets, product: Codes, time: Times, kind: Array, wanted: Bools, idle: int, /
) -> tuple[Offsets, Codes, Times]: ...
