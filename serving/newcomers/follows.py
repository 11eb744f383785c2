"""Follows: whether what a customer does may be followed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from features.consent.register import Register
from serving.standing import standing_of_all
from training.recommender import Recommender


def alone(id: str) -> Sequence[str]:
    """All ids of who has one."""
    return (id,)


@dataclass(frozen=True)
class Follows:
    """By what customers said to the shop, else as one model knows them; `default` is for people of whom nothing is
    known. `known_as` tells all ids of a person: who refused under one refused."""

    model: Recommender
    default: bool
    register: Register = field(default_factory=Register)
    known_as: Callable[[str], Sequence[str]] = alone

    def __call__(self, customer_id: str) -> bool:
        """Whether they consent to personalisation."""
        ids = self.known_as(customer_id)
        standing = standing_of_all(self.register, ids)
        if standing.erased or standing.personal is not None:
            return bool(standing.personal)
        known = [index for id in ids if (index := self.model.questions.index(id)) >= 0]
        return all(self.model.profiles.personal[known]) if known else self.default
