"""Behavioural segments: whether customers are active, how often they come, by which channel and with what basket."""

from collections.abc import Sequence

import numpy as np

from features.arrays import Codes, Doubles, zeroed
from features.segments.bands import banded
from features.segments.dimension import Asked, days, times
from features.segments.facts import Known
from features.touch import CHANNELS, DEVICES

SLOW, STILL = 2.0, 5.0  # usual gaps since the last order after which somebody is slowing, and inactive
PRIOR = 2.0  # gaps that the shop's usual one counts, beside the customer's own
RHYTHM = np.array([10.0, 21.0, 45.0, 120.0])  # days between orders: weekly, fortnightly, monthly, quarterly, seldom
STEADY = np.array([0.6])  # gap variation: chance alone gives about 1
SHARE = 0.6  # of a channel or device that makes it somebody's own
BASKET = np.array([1.5, 5.0, 15.0])  # different products in an order
BULK = np.array([10.0])  # units of a product in an order


def expected_gap(asked: Asked) -> Doubles:
    """(R,) days after which the next order is due: the customer's own gaps, pulled towards the shop's usual one."""
    known, usual = asked.known, float(asked.cuts.gap[0])

    def due() -> Doubles:
        own = np.maximum(known["orders"] - 1, 0)
        return np.asarray((zeroed(known["gap"]) * own + usual * PRIOR) / (own + PRIOR))

    return known.once(asked.cuts, "expected_gap", due)


def lateness(asked: Asked) -> Doubles:
    """(R,) days since the last order, in gaps after which the next is due; NaN for who never ordered."""
    late: Doubles = asked.known["recency"] / np.maximum(expected_gap(asked), 1.0)
    return late


class Activity:
    """Whether somebody still comes, measured by their own rhythm."""

    kind, name = "behavioural", "activity"
    about = "whether the next order is overdue, by the customer's own rhythm"

    def labels(self, known: Known) -> Sequence[str]:
        return ("active", "slowing", "inactive", "browsing", "silent")

    def assign(self, asked: Asked) -> Codes:
        known = asked.known
        edges = np.array([SLOW, STILL])
        code = banded(lateness(asked), edges, held=_within(asked.held, 3), margin=asked.config.margin)
        never = known["orders"] == 0
        code[never] = np.where(known["last_seen"][never] <= 90, 3, 4)
        return code

    def why(self, asked: Asked, code: int) -> str:
        known = asked.known
        if code >= 3:
            seen = known["last_seen"][0]
            return "never ordered, " + (
                "and nothing was heard yet" if np.isnan(seen) else f"last seen {days(seen)} ago"
            )
        gap = expected_gap(asked)[0]
        return f"last order {days(known['recency'][0])} ago, the next is due about every {days(gap)}"


class Rhythm:
    """How often orders come."""

    kind, name = "behavioural", "rhythm"
    about = "mean days between two orders"

    def labels(self, known: Known) -> Sequence[str]:
        return ("weekly", "fortnightly", "monthly", "quarterly", "seldom", "once")

    def assign(self, asked: Asked) -> Codes:
        code = banded(asked.known["gap"], RHYTHM, held=_within(asked.held, 5), margin=asked.config.margin)
        code[asked.known["orders"] == 1] = 5
        return code

    def why(self, asked: Asked, code: int) -> str:
        orders, gap = asked.known["orders"][0], asked.known["gap"][0]
        if code == 5:
            return "one order so far"
        return f"{times(orders, 'order')}, one about every {days(gap)}"


class Regularity:
    """Whether orders come at even distances."""

    kind, name = "behavioural", "regularity"
    about = "whether the days between orders are much alike; with four orders or more"

    def labels(self, known: Known) -> Sequence[str]:
        return ("regular", "irregular")

    def assign(self, asked: Asked) -> Codes:
        code = banded(asked.known["gap_variation"], STEADY, held=asked.held, margin=asked.config.margin)
        code[asked.known["orders"] < 4] = -1
        return code

    def why(self, asked: Asked, code: int) -> str:
        gap, variation = asked.known["gap"][0], asked.known["gap_variation"][0]
        return f"the days between orders vary by {100 * variation:.0f} % around {days(gap)}"


class Basket:
    """How much goes into an order."""

    kind, name = "behavioural", "basket"
    about = "different products in an order, or units of each where those are many"

    def labels(self, known: Known) -> Sequence[str]:
        return ("single_item", "small_basket", "medium_basket", "large_basket", "bulk")

    def assign(self, asked: Asked) -> Codes:
        known, margin = asked.known, asked.config.margin
        code = banded(known["basket"], BASKET, held=_within(asked.held, 4), margin=margin)
        was = None if asked.held is None else np.where(asked.held < 0, -1, asked.held == 4).astype(np.int32)
        code[banded(known["units"], BULK, held=was, margin=margin) == 1] = 4
        return code

    def why(self, asked: Asked, code: int) -> str:
        basket, units = asked.known["basket"][0], asked.known["units"][0]
        return f"{basket:.1f} products in an order, {units:.1f} units of each"


class _Main:
    """The one that most of what a customer does comes by, or several."""

    kind, name, about = "", "", ""
    names: Sequence[str] = ()
    several = ""

    def labels(self, known: Known) -> Sequence[str]:
        return (*(self.label(name) for name in self.names[1:]), self.several)

    def label(self, name: str) -> str:
        """What the group of a channel or device is called."""
        return name

    def assign(self, asked: Asked) -> Codes:
        share = self._shares(asked.known)
        told = ~np.isnan(share[:, 0])
        share = zeroed(share)
        main = share.argmax(axis=1).astype(np.int32)
        rows = np.arange(len(share))
        code = np.where(share[rows, main] >= SHARE, main, len(self.names) - 1).astype(np.int32)
        if asked.held is not None:
            held, last = np.maximum(asked.held, 0), len(self.names) - 1
            own = share[rows, np.minimum(held, last - 1)] >= SHARE * (1 - asked.config.margin)
            none = share[rows, main] < SHARE * (1 + asked.config.margin)
            stays = (asked.held >= 0) & np.where(held == last, none, own)
            code = np.where(stays, asked.held, code).astype(np.int32)
        code[~told] = -1
        return code

    def why(self, asked: Asked, code: int) -> str:
        share = self._shares(asked.known)[0]
        told = [f"{100 * share[at]:.0f} % {self.names[at + 1]}" for at in np.argsort(-share, kind="stable")[:3]]
        return "of what the customer did: " + ", ".join(part for part in told if not part.startswith("0 %"))

    def _shares(self, known: Known) -> Doubles:
        """(R, K)"""
        raise NotImplementedError


class Channel(_Main):
    """Web, app, store ...: where somebody is at home."""

    kind, name = "behavioural", "channel"
    about = f"the channel of {100 * SHARE:.0f} % or more of what the customer does"
    names, several = CHANNELS, "many_channels"

    def label(self, name: str) -> str:
        return f"by_{name}"

    def _shares(self, known: Known) -> Doubles:
        return known.customers.channels[:, 1:]


class Device(_Main):
    """Mobile, desktop, tablet ..."""

    kind, name = "technographic", "device"
    about = f"the kind of device of {100 * SHARE:.0f} % or more of what the customer does"
    names, several = DEVICES, "many_devices"

    def label(self, name: str) -> str:
        return f"on_{name}"

    def _shares(self, known: Known) -> Doubles:
        return known.customers.devices[:, 1:]


class Platform:
    """App or web, of those who come by either."""

    kind, name = "technographic", "platform"
    about = "whether the app or the web is used, of what is done by either"

    def labels(self, known: Known) -> Sequence[str]:
        return ("web_only", "app_and_web", "app_only")

    def assign(self, asked: Asked) -> Codes:
        edges = np.array([1e-9, 1 - 1e-9])
        return banded(_app(asked.known), edges)

    def why(self, asked: Asked, code: int) -> str:
        return f"{100 * _app(asked.known)[0]:.0f} % in the app, the rest on the web"


def _app(known: Known) -> Doubles:
    """(R,) share of the app in what is done there or on the web, NaN for who does neither."""
    app, web = known["app_share"], known["web_share"]
    both = app + web
    share = np.full(len(both), np.nan)
    np.divide(app, both, out=share, where=both > 0)
    return share


def _within(held: Codes | None, bands: int) -> Codes | None:
    """The groups that are bands of one figure; others count as none."""
    return None if held is None else np.where(held < bands, held, -1).astype(np.int32)
