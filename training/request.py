"""Request: the customers that lists are asked for, as the generators and the features see them."""

from dataclasses import dataclass
from functools import cached_property

from features.arrays import Codes
from features.context import Context
from features.history import History
from features.profiles import Profiles
from training.bought import Bought


@dataclass(frozen=True)
class Request:
    """R customers as of `context.time`; every part has one row a customer."""

    customer: Codes  # (R,) index among the customers the model was fitted on, -1 for a stranger
    history: History
    profiles: Profiles
    context: Context

    def __len__(self) -> int:
        return len(self.customer)

    @cached_property
    def bought(self) -> Bought:
        """What each customer bought, worked out once for all generators."""
        return Bought.of(self.history)
