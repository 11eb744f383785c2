"""Plan: the rules that hold together for some questions, with what they mean for one model."""

from collections.abc import Sequence
from dataclasses import dataclass

from features.arrays import Doubles
from serving.policy.bars import Bar
from serving.policy.draft import GroupLimit
from serving.policy.mix import Mix
from training.shelf import Shelf


@dataclass(frozen=True)
class PinnedProduct:
    """A product at a fixed place."""

    name: str  # of the rule
    product: int
    place: int  # from 0


@dataclass(frozen=True, eq=False)
class Plan:
    """What puts lists together; which products may be shown at all is decided before."""

    shelf: Shelf
    sources: int  # generators of the model
    added: Doubles | None  # (P,) to the scores, by boosts
    bars: Sequence[Bar]
    pins: Sequence[PinnedProduct]  # by place, then by their order in the file
    mix: Mix | None
    limits: Sequence[GroupLimit]

    @property
    def one_by_one(self) -> bool:
        """Whether a list depends on more than the order of its products."""
        return bool(self.pins or self.limits) or self.mix is not None
