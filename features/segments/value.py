"""Value segments: recency, frequency and spending by quintile, the named classes of them, and who needs attention."""

from collections.abc import Sequence
from itertools import product

import numpy as np

from features.arrays import DAY, Array, Codes, Doubles, zeroed
from features.segments.bands import banded
from features.segments.behavioural import STILL, expected_gap, lateness
from features.segments.dimension import Asked, days, money, times
from features.segments.facts import Known
from features.segments.foretold import CHANCE, FIFTH, SPEND

CLASSES = (
    *("champions", "loyal", "potential_loyal", "recent", "promising", "needs_attention", "about_to_sleep"),
    *("slipping", "cannot_lose", "hibernating", "dormant"),
)
_GRID = (  # by recency from 1 to 5: the class for frequency and spending from 1 to 5
    ("dormant", "dormant", "slipping", "slipping", "cannot_lose"),
    ("hibernating", "hibernating", "slipping", "slipping", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "needs_attention", "loyal", "loyal"),
    ("promising", "promising", "potential_loyal", "loyal", "champions"),
    ("recent", "potential_loyal", "potential_loyal", "champions", "champions"),
)
GRID: Array = np.array([[CLASSES.index(name) for name in row] for row in _GRID], np.int32)
LATE = 2.0  # usual gaps since the last order after which a good customer is at risk
LOST_AFTER = 180  # days, at least
VIP_ORDERS = 3  # at least
# What the standing of before says of the bands it is made of; the last is that of none.
_OF_LATE = np.array([0, -1, 1, 2, 0, -1, -1], np.int32)
_OF_VIPS = np.array([1, -1, -1, -1, 0, -1, -1], np.int32)


class Score:
    """One letter of RFM by quintile of the shop's customers: 5 is best."""

    kind = "value"

    def __init__(self, name: str, fact: str, about: str) -> None:
        self.name, self.fact, self.about = name, fact, about

    def labels(self, known: Known) -> Sequence[str]:
        return tuple(f"{self.name}_{score}" for score in range(1, 6))

    def assign(self, asked: Asked) -> Codes:
        return self.scores(asked, asked.held)

    def scores(self, asked: Asked, held: Codes | None) -> Codes:
        """(R,) from 0 to 4, -1 for who never bought."""
        known, margin = asked.known, asked.config.margin
        if self.name == "recency":  # by the age of the last order when the borders were set
            age = asked.cuts.time - _last_order(known)
            edges = np.sort(asked.cuts.time - asked.cuts.last_order)
            code = _reversed(banded(np.maximum(age, 0.0), edges, held=_flipped(held), margin=margin))
        else:
            code = banded(known[self.fact], getattr(asked.cuts, self.name), held=held, margin=margin)
        code[known["orders"] == 0] = -1
        return code

    def why(self, asked: Asked, code: int) -> str:
        value = float(asked.known[self.fact][0])
        said = {
            "recency": f"last order {days(value)} ago",
            "frequency": times(value, "order"),
            "monetary": f"{money(value)} spent",
        }
        place = ("lowest", "second lowest", "middle", "second highest", "highest")[code]
        if self.name == "recency":
            place = ("oldest", "second oldest", "middle", "second newest", "newest")[code]
        return f"{said[self.name]}: the {place} fifth of the customers"


RECENCY = Score("recency", "recency", "fifths of the customers by the time of the last order")
FREQUENCY = Score("frequency", "orders", "fifths of the customers by number of orders")
MONETARY = Score("monetary", "spend", "fifths of the customers by what they spent")


class Rfm:
    """The named classes: recency against the mean of frequency and spending."""

    kind, name = "value", "rfm"
    about = "classes by recency, and the mean of frequency and spending"

    def labels(self, known: Known) -> Sequence[str]:
        return CLASSES

    def assign(self, asked: Asked) -> Codes:
        scores = self._scores(asked)
        code = self._class(*scores)
        if asked.held is not None and (code != asked.held).any():  # what the margin explains is no change
            code = np.where(self._near(asked, scores), asked.held, code).astype(np.int32)
        code[scores[0] < 0] = -1
        return code

    def why(self, asked: Asked, code: int) -> str:
        r, f, m = (int(score[0]) + 1 for score in self._scores(asked))
        known = asked.known
        return (
            f"recency {r}, frequency {f}, spending {m} of 5: last order {days(known['recency'][0])} ago, "
            f"{times(known['orders'][0], 'order')}, {money(known['spend'][0])} spent"
        )

    def _scores(self, asked: Asked) -> tuple[Codes, ...]:
        scores = (RECENCY, FREQUENCY, MONETARY)
        return asked.known.once(asked.cuts, "rfm", lambda: tuple(score.scores(asked, None) for score in scores))

    def _class(self, r: Codes, f: Codes, m: Codes) -> Codes:
        found: Codes = GRID[r, (f + m + 1) // 2]
        return found

    def _near(self, asked: Asked, scores: tuple[Codes, ...]) -> Array:
        """(R,) whether the class of before is one that the scores allow within the margin."""
        near, moved = np.zeros(len(asked.known), np.bool_), []
        for score, own in zip((RECENCY, FREQUENCY, MONETARY), scores, strict=True):
            steps = [np.maximum(own - 1, 0), np.minimum(own + 1, 4)]
            beside = [(step, score.scores(asked, step) == step) for step in steps]
            moved.append([(own, True), *((step, stays) for step, stays in beside if stays.any())])
        for (r, r_stays), (f, f_stays), (m, m_stays) in product(*moved):
            near |= (self._class(r, f, m) == asked.held) & r_stays & f_stays & m_stays
        return near


class Standing:
    """Who needs what: VIPs, new ones, those at risk and those lost."""

    kind, name = "value", "standing"
    about = "new, VIP, at risk or lost; the others are regular, or have not bought yet"

    def labels(self, known: Known) -> Sequence[str]:
        return ("vip", "new", "at_risk", "lost", "regular", "prospect")

    def assign(self, asked: Asked) -> Codes:
        known, margin = asked.known, asked.config.margin
        late = banded(lateness(asked), np.array([LATE, STILL]), held=_lateness_held(asked.held), margin=margin)
        held_vip = None if asked.held is None else _OF_VIPS[asked.held]
        rich = banded(known["spend_365"], asked.cuts.vip, held=held_vip, margin=margin) == 1
        rich &= known["orders"] >= VIP_ORDERS
        good = (known["orders"] >= 4) | (known["spend"] >= asked.cuts.monetary[2])
        code = np.full(len(known), 4, np.int32)
        code[good & (late >= 1) & (known["orders"] > 1)] = 2
        code[(late == 2) & (known["recency"] >= LOST_AFTER)] = 3
        code[rich & (late == 0)] = 0
        code[(known["tenure"] <= asked.config.new_days) & ~rich] = 1
        code[known["orders"] == 0] = 5
        return code

    def why(self, asked: Asked, code: int) -> str:
        known = asked.known
        if code == 5:
            return "no order yet"
        gap, ago = days(expected_gap(asked)[0]), days(known["recency"][0])
        count = times(known["orders"][0], "order")
        if code == 0:
            spent, border = money(known["spend_365"][0]), money(asked.cuts.vip[0])
            return f"{spent} spent in a year, {border} are the border; {count}, the last {ago} ago"
        if code == 1:
            return f"first order {days(known['tenure'][0])} ago"
        spent = money(known["spend"][0])
        return f"{count}, {spent} spent; last order {ago} ago, the next is due about every {gap}"


class Predicted:
    """Fifths by what customers are expected to spend, as a model tells it: 5 is best. The borders are the model's own,
    so that nobody moves because others do."""

    kind, name = "value", "predicted"
    about = "fifths of the customers by what they are expected to spend"

    def labels(self, known: Known) -> Sequence[str]:
        return tuple(f"predicted_{fifth}" for fifth in range(1, 6))

    def assign(self, asked: Asked) -> Codes:
        return zeroed(asked.known[FIFTH]).astype(np.int32) - 1

    def why(self, asked: Asked, code: int) -> str:
        known, place = asked.known, ("lowest", "second lowest", "middle", "second highest", "highest")[code]
        chance = f"{100 * known[CHANCE][0]:.0f} % likely to order"
        return f"{money(known[SPEND][0])} foretold to be spent, {chance}: the {place} fifth of the customers"


def _last_order(known: Known) -> Doubles:
    times_of: Doubles = known.customers.time - known["recency"] * DAY
    return times_of


def _reversed(code: Codes) -> Codes:
    """Old is a low score."""
    return np.where(code < 0, -1, 4 - code).astype(np.int32)


def _flipped(held: Codes | None) -> Codes | None:
    return None if held is None else _reversed(held)


def _lateness_held(held: Codes | None) -> Codes | None:
    """VIPs and regular ones were on time; those at risk late; those lost were given up."""
    return None if held is None else _OF_LATE[held]
