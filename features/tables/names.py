"""Names of products that only the events tell: as of any moment the latest before it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Codes, Times
from features.tables.text import Text
from features.vocabulary import Vocabulary


@dataclass(frozen=True)
class NameChanges:
    """K changes, sorted by product and time."""

    product: Codes  # (K,) index in the log
    time: Times  # (K,) when the name was first seen
    name: Codes  # (K,) index in names
    names: list[str]  # by alphabet

    @classmethod
    def of(cls, products: Vocabulary, product: Text, name: Text, time: Times) -> Self:
        """Keep the (N,) events at which a product has another name than at its event before.

        Where one second has several names, the last by alphabet counts.
        """
        at = np.flatnonzero((product.code >= 0) & (name.code >= 0))
        index = products.find(product.texts)[product.code[at]]
        used = np.unique(name.code[at])
        names = pc.sort_indices(name.texts.take(pa.array(used))).to_numpy()
        rank = np.zeros(len(name.texts), np.int32)
        rank[used[names]] = np.arange(len(names), dtype=np.int32)
        ranked, moment = rank[name.code[at]], time[at]
        by = np.lexsort((ranked, moment, index))
        index, ranked = index[by], ranked[by]
        changed = np.append(True, (index[1:] != index[:-1]) | (ranked[1:] != ranked[:-1]))[: len(by)]
        texts: list[str] = name.texts.take(pa.array(used[names])).to_pylist()
        return cls(index[changed], moment[by][changed], ranked[changed], texts)

    def extended(self, later: "NameChanges") -> "NameChanges":
        """These, and those of later events."""
        names = sorted({*self.names, *later.names}, key=str.encode)
        place = {name: number for number, name in enumerate(names)}
        parts = (self, later)
        product, time = (np.concatenate([getattr(part, name) for part in parts]) for name in ("product", "time"))
        name = np.array([place[part.names[code]] for part in parts for code in part.name.tolist()], np.int32)
        by = np.lexsort((time, product))
        product, time, name = product[by], time[by], name[by]
        changed = np.append(True, (product[1:] != product[:-1]) | (name[1:] != name[:-1]))[: len(by)]
        return NameChanges(product[changed], time[changed], name[changed], names)

    def latest(self, products: int, before: int) -> list[str]:
        """(P,) the name of each product of the log as of a moment, empty where there was none yet."""
        known = self.time < before
        product, name = self.product[known], self.name[known]
        last = np.append(product[1:] != product[:-1], True)[: len(product)]
        names = [""] * products
        for i, n in zip(product[last].tolist(), name[last].tolist(), strict=True):
            names[i] = self.names[n]
        return names
