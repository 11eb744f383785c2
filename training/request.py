"""Request: the customers that lists are asked for, as the generators and the features see them."""

from dataclasses import dataclass

import numpy as np

from features.arrays import Bools, Codes, rows_of
from features.context import Context
from features.history import History
from features.kept import kept
from features.profiles import Profiles
from features.visit import Visits
from training.bought import Bought
from training.candidates.scores import Baskets
from training.faded import Faded


@dataclass(frozen=True)
class Request:
    """R customers as of `context.time`; every part has one row a customer."""

    customer: Codes  # (R,) index among the customers the model was fitted on, -1 for a stranger
    history: History
    profiles: Profiles
    context: Context
    renewed: Bools | None = None  # (R,) who bought or gave back since the generators learned; None for nobody
    rested: Baskets | None = None  # what was bought just now and is not needed again yet: not to be shown
    faded: Faded | None = None  # what was shown often and passed by

    def __len__(self) -> int:
        return len(self.customer)

    @kept
    def bought(self) -> Bought:
        """What each customer bought, worked out once for all generators."""
        return Bought.of(self.history)

    @kept
    def visits(self) -> Visits:
        """What was done in the visits that are under way."""
        return Visits.of(self.history, self.context)

    @kept
    def in_hand(self) -> tuple[Codes, Codes]:
        """Row and product of what no list shows: what is in the basket, on the page, or was bought just now."""
        context, viewing = self.context, np.flatnonzero(self.context.viewed >= 0).astype(np.int32)
        rows = [rows_of(context.basket_offsets), viewing]
        products = [context.basket, context.viewed[viewing]]
        if self.rested is not None:
            rows.append(rows_of(self.rested.offsets))
            products.append(self.rested.product)
        return np.concatenate(rows), np.concatenate(products)
