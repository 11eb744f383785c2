"""Follows: whether what a customer does may be followed."""

from dataclasses import dataclass, field

from features.consent.register import Register
from serving.standing import standing_of
from training.recommender import Recommender


@dataclass(frozen=True)
class Follows:
    """By what customers said to the shop, else as one model knows them; `default` is for people of whom nothing is
    known."""

    model: Recommender
    default: bool
    register: Register = field(default_factory=Register)

    def __call__(self, customer_id: str) -> bool:
        """Whether they consent to personalisation."""
        standing = standing_of(self.register, customer_id)
        if standing.erased or standing.personal is not None:
            return bool(standing.personal)
        index = self.model.questions.index(customer_id)
        return self.default if index < 0 else bool(self.model.profiles.personal[index])
