# Compiled from _kernels.c, which says what each of them does. Arrays are contiguous and of exactly these types.

from features.arrays import Array, Bools, Codes, Counts, Doubles, Floats, Offsets, Times

# Keys (K,), starts (K + 1,), and of N events the group, time, weight and order.
def group(
    offsets: Offsets,
    product: Codes,
    time: Times,
    kind: Array,
    order: Codes,
    quantity: Floats,
    wanted: Bools,
    codes: Codes | int | None,
    things: int,
    merge: bool,
    /,
) -> tuple[Counts, Counts, Counts, Times, Doubles, Codes]: ...

# (M,) the place of each (row, thing of the product) among such keys, -1 where it is absent.
def match(keys: Counts, row: Codes, product: Codes, codes: Codes | int | None, things: int, /) -> Counts: ...

# (K,) sums over each group of 2 ** ((time - at) / span).
def decayed(start: Counts, time: Times, at: int, span: float, /) -> Doubles: ...

# (M,) the place of each key among distinct ascending ones, -1 where it is absent; both int32 or int64.
def find(sorted: Array, keys: Array, /) -> Counts: ...

# The distinct keys, ascending, and (N,) the place of each key among them.
def distinct(keys: Counts, /) -> tuple[Counts, Counts]: ...

# (M,) the values at some places, `missing` where a place is -1.
def pick(values: Array, at: Counts, missing: float, /) -> Doubles: ...

# (M, F) from F columns, each an array or scalar, or a number: that column of the table (P, K) at each pair's product.
def matrix(columns: list[Array | int], table: Floats, product: Codes, /) -> Floats: ...

# The index of a key among texts, -1 where it is absent; `order` sorts them.
def locate(text: Array, offsets: Offsets, order: Codes, key: bytes, /) -> int: ...

# (size + 1,) how many codes are -1, 0, 1 and so on.
def counts(codes: Codes, size: int, /) -> Counts: ...

# Of the visits that touched several products: where their products begin, these ascending, and the first times.
def visits(
    offsets: Offsets, product: Codes, time: Times, kind: Array, wanted: Bools, idle: int, /
) -> tuple[Offsets, Codes, Times]: ...

# (rows, terms) sums over each row's visits of the weights of what their products have, by CSR, the last in a visit.
def once(
    row: Codes,
    visit: Counts,
    product: Codes,
    offsets: Offsets,
    term: Codes,
    weight: Doubles,
    rows: int,
    terms: int,
    /,
) -> Doubles: ...
