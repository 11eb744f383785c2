"""Refunds: which purchase line each one takes back."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Array, Codes, Counts, Floats, Times, positions_in
from features.kinds import Kind


@dataclass(frozen=True)
class Refunds:
    """K parts of refunds, each matched to the purchase line that it takes back from its own time on."""

    time: Times  # (K,) of the refund
    taker: Counts  # (K,) position of the refund in the event log, ascending
    line: Counts  # (K,) position of the purchase
    quantity: Floats  # (K,) units taken back
    vain: Counts  # (V,) positions of refunds for which, or for a part of which, no earlier purchase was found

    @classmethod
    def match(
        cls, *, customer: Codes, product: Codes, time: Times, kind: Array, quantity: Floats, order: Codes
    ) -> Self:
        """Match refunds in the order of time: the line of the same order first, else the latest earlier purchases
        of the same customer and product, up to the refund's quantity.

        The events are sorted by customer, time and kind. A refund that is alone with its customer and product, and
        that one line can bear, is matched without a loop; the others are matched one by one.
        """
        refund, line, pair = _pairs(customer, product, kind)
        of_refund, of_line = pair[: len(refund)], pair[len(refund) :]
        choice = _first_choice(refund, line, of_refund, of_line, order)
        simple = (np.bincount(of_refund)[of_refund] == 1) & ((choice < 0) | (quantity[choice] >= quantity[refund]))
        direct = simple & (choice >= 0)
        hard = np.isin(of_line, of_refund[~simple])
        lines = _grouped(of_line[hard], line[hard])
        parts = _match_in_turn(refund[~simple], of_refund[~simple], lines, quantity=quantity, order=order)
        taker = np.concatenate([refund[direct], parts.refund])
        by = np.argsort(taker, kind="stable")
        return cls(
            time[taker][by],
            taker[by],
            np.concatenate([choice[direct], parts.line])[by],
            np.concatenate([quantity[refund[direct]], parts.quantity])[by],
            np.sort(np.concatenate([refund[simple & (choice < 0)], parts.vain])),
        )

    @property
    def unmatched(self) -> int:
        """How many refunds, or parts of them, have no earlier purchase to take back."""
        return len(self.vain)

    def net(self, quantity: Floats, time: Times, start: int, end: int) -> Floats:
        """The lines' quantities net of the refunds of `start <= time < end` on lines of the same window."""
        inside = (self.time >= start) & (self.time < end) & (time[self.line] >= start)
        net = quantity.copy()
        np.subtract.at(net, self.line[inside], self.quantity[inside])
        return net


@dataclass(frozen=True)
class _Parts:
    refund: Counts
    line: Counts
    quantity: Floats
    vain: Counts


def _pairs(customer: Codes, product: Codes, kind: Array) -> tuple[Counts, Counts, Counts]:
    """Positions of the refunds, of the purchases of the same pairs of customer and product, and the pairs of both."""
    refund, line = np.flatnonzero(kind == Kind.REFUND), np.flatnonzero(kind == Kind.PURCHASE)
    if not len(refund):
        return refund, line[:0], refund
    keys, pair = np.unique(_keys(customer, product, refund), return_inverse=True)
    bought = positions_in(keys, _keys(customer, product, line))
    return refund, line[bought >= 0], np.concatenate([pair, bought[bought >= 0]])


def _keys(high: Array, low: Array, at: Counts) -> Counts:
    return high[at].astype(np.int64) << 32 | low[at].astype(np.int64) & 0xFFFFFFFF


def _first_choice(refund: Counts, line: Counts, of_refund: Counts, of_line: Counts, order: Codes) -> Counts:
    """The line that each refund takes from first, -1 for none: of its own order, else the latest before it."""
    latest = _latest_before(refund, line, of_refund, of_line)
    same = _latest_before(refund, line, of_refund << 32 | order[refund], of_line << 32 | order[line])
    return np.where((order[refund] >= 0) & (same >= 0), same, latest)


def _latest_before(refund: Counts, line: Counts, group: Counts, line_group: Counts) -> Counts:
    """For each refund the last line of its group that stands before it in the log, -1 where there is none."""
    event, label = np.concatenate([refund, line]), np.concatenate([group, line_group])
    by = np.lexsort((event, label))
    is_line = by >= len(refund)
    last = np.maximum.accumulate(np.where(is_line, np.arange(len(by)), -1))
    found = by[last]
    latest = np.where((last >= 0) & (label[found] == label[by]), event[found], -1)
    answer = np.empty(len(event), np.int64)
    answer[by] = latest
    return answer[: len(refund)]


def _grouped(keys: Counts, values: Counts) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = {}
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        groups.setdefault(key, []).append(value)
    return groups


def _match_in_turn(
    refund: Counts, pair: Counts, lines: dict[int, list[int]], *, quantity: Floats, order: Codes
) -> _Parts:
    left: dict[int, float] = {}  # what earlier refunds have left of a line
    parts: list[tuple[int, int, float]] = []
    vain: list[int] = []
    for at, group in zip(refund.tolist(), pair.tolist(), strict=True):
        wanted = float(quantity[at])
        for line in _in_turn(at, lines.get(group, []), order):
            taken = min(wanted, left.setdefault(line, float(quantity[line])))
            if taken > 0:
                left[line] -= taken
                wanted -= taken
                parts.append((at, line, taken))
        if wanted > 0:
            vain.append(at)
    taker, taken_from, much = zip(*parts, strict=True) if parts else ((), (), ())
    found = (np.array(taker, np.int64), np.array(taken_from, np.int64), np.array(much, np.float32))
    return _Parts(*found, np.array(vain, np.int64))


def _in_turn(refund: int, lines: list[int], order: Codes) -> list[int]:
    """The lines before a refund, those of its own order first, then the latest first."""
    earlier = lines[bisect_left(lines, refund) - 1 :: -1] if lines and lines[0] < refund else []
    if order[refund] < 0:
        return earlier
    return sorted(earlier, key=lambda line: order[line] != order[refund])
