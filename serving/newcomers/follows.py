"""Follows: whether what a customer does may be followed."""

from dataclasses import dataclass

from training.recommender import Recommender


@dataclass(frozen=True)
class Follows:
    """As one model knows its customers; `default` is for people of whom it knows nothing."""

    model: Recommender
    default: bool

    def __call__(self, customer_id: str) -> bool:
        """Whether they consent to personalisation."""
        index = self.model.questions.index(customer_id)
        return self.default if index < 0 else bool(self.model.profiles.personal[index])
