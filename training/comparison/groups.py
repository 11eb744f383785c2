"""Groups: kinds of products, by which the products that a list found are told apart."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from features.arrays import Bools, Codes, Doubles, rows_of
from features.catalogue import Catalogue
from training.evaluation.purchases import Purchases

FEWEST = 30  # customers of a group worth a mean
MOST = 12  # groups, by number of customers who bought from them


@dataclass(frozen=True)
class Groups:
    """The group of each product."""

    code: Codes  # (P,) index in names, -1 where it has none
    names: Sequence[str]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """The departments: the first steps of category paths."""
        return cls(catalogue.department, list(catalogue.department_names))

    def largest(self, bought: Purchases) -> Iterator[tuple[str, Bools]]:
        """The groups that most customers bought from: name and, for each product bought, whether it is of the group."""
        code = np.where(bought.product < len(self.code), self.code[np.minimum(bought.product, len(self.code) - 1)], -1)
        rows = rows_of(bought.offsets)
        keys = np.unique(rows[code >= 0].astype(np.int64) << 32 | code[code >= 0])
        customers = np.bincount(keys & 0xFFFFFFFF, minlength=len(self.names))
        for group in np.lexsort((np.arange(len(customers)), -customers))[:MOST].tolist():
            if customers[group] >= FEWEST:
                yield self.names[group], code == group


def found_in(products: Codes, bought: Purchases) -> Bools:
    """For each product bought, whether the customer's list (L, K) names it."""
    rows = np.broadcast_to(np.arange(len(products))[:, None], products.shape)
    place = bought.find(rows, products)
    found = np.zeros(len(bought.product), np.bool_)
    found[place[place >= 0]] = True
    return found


def recall_within(found: Bools, inside: Bools, bought: Purchases) -> Doubles:
    """(S,) the share found of each customer's products of a group, of those who bought any."""
    rows = rows_of(bought.offsets)
    count = np.bincount(rows[inside], minlength=len(bought))
    hits = np.bincount(rows[inside & found], minlength=len(bought))
    some = count > 0
    share: Doubles = hits[some] / count[some]
    return share
