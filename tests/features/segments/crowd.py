"""Customers written by hand, and the segments they are in."""

from collections.abc import Sequence

import numpy as np

from features.arrays import Codes
from features.profiles import Attribute, Profiles
from features.segments.config import SegmentsConfig
from features.segments.customers import Customers
from features.segments.cuts import NEEDED, Cuts
from features.segments.facts import Known
from features.segments.segments import Segments, segments_of
from tests.features.hand import Event, T, catalogue, history, seconds

CONFIG = SegmentsConfig()


def customers(*rows: Sequence[Event], countries: Sequence[str] = (), at: float = T) -> Customers:
    """One customer an argument, each of the country at its place if any are given."""
    of = history(*rows)
    profiles = Profiles.unknown(len(of))
    if countries:
        names = list(dict.fromkeys(name for name in countries if name))
        code = np.array([names.index(name) if name else -1 for name in countries], np.int32)
        profiles.attributes["country"] = Attribute(code, names)
    return Customers(of, profiles, catalogue(), seconds(at))


def cuts_of(who: Customers, previous: Cuts | None = None) -> Cuts:
    known = Known(who)
    return Cuts.learn({name: known[name] for name in NEEDED}, who.time, CONFIG, previous)


def assigned(who: Customers, config: SegmentsConfig = CONFIG, *, held: dict[str, Codes] | None = None) -> Segments:
    return segments_of(who, cuts_of(who), config, held=held)


def label(segments: Segments, dimension: str, row: int = 0) -> str | None:
    """The group of a customer in a dimension."""
    column = next(column for column in segments.columns if column.name == dimension)
    code = int(column.code[row])
    return None if code < 0 else column.labels[code]


def orders(*days: float, price: float = 10.0, product: str = "a") -> list[Event]:
    """An order of one product on each of some days."""
    return [Event(product, day, price=price) for day in days]
