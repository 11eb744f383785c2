"""Terms: what products are about: categories where the shop has them, else words of the names."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from features._kernels import once
from features.arrays import Array, Codes, Doubles, Floats, Offsets, lengths_of, offsets_of
from features.catalogue import Catalogue
from features.kinds import INTEREST
from features.segments.customers import Customers
from features.visit import visit_number

FEWEST = 4  # categories that are worth telling apart
COVERED = 0.5  # share of the products that must have a category
MOST = 150  # terms
RARE = 5  # products that a word must be in


@dataclass(frozen=True)
class Terms:
    """The terms of P products, CSR; a product counts 1, shared among its terms."""

    offsets: Offsets  # (P + 1,)
    term: Codes
    names: list[str]  # (T,)

    @classmethod
    def of(cls, catalogue: Catalogue) -> Self:
        """Categories, if most products have one and there are some; else words that some products share."""
        there = catalogue.category >= 0
        if len(catalogue.category_names) >= FEWEST and there.mean() >= COVERED:
            size = np.bincount(catalogue.category[there], minlength=len(catalogue.category_names))
            code = _largest(size)[catalogue.category]
            code[~there] = -1
            at = np.flatnonzero(code >= 0)
            kept = np.flatnonzero(_largest(size) >= 0)
            return cls(offsets_of(at, len(catalogue)), code[at], [catalogue.category_names[c] for c in kept.tolist()])
        return cls._of_words(catalogue)

    @classmethod
    def _of_words(cls, catalogue: Catalogue) -> Self:
        row = np.repeat(np.arange(len(catalogue)), lengths_of(catalogue.word_offsets))
        size = np.bincount(catalogue.word)
        code = _largest(np.where(size >= RARE, size, 0))[catalogue.word] if len(size) else catalogue.word
        at = np.flatnonzero(code >= 0)
        return cls(offsets_of(row[at], len(catalogue)), code[at].astype(np.int32), _words(catalogue, size))

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def weight(self) -> Doubles:
        """One over the number of terms of the product, for each of its terms; of single precision, so that sums of
        them in doubles are exact."""
        count = lengths_of(self.offsets)
        share: Floats = (1.0 / np.maximum(count, 1)).astype(np.float32)
        return np.repeat(share.astype(np.float64), count)


@dataclass(frozen=True)
class Evidence:
    """E entries of (customer, term), by customer: in how many visits the customer had to do with it."""

    row: Codes  # (E,) ascending
    term: Codes
    count: Doubles
    rows: int

    @classmethod
    def of(cls, customers: Customers, terms: Terms, *, looks: bool) -> Self:
        """What was looked at, or what was bought; twice in a visit is once."""
        events = customers.history.of_kinds(*INTEREST) if looks else customers.bought
        visit, weighed = visit_number(events), (terms.offsets, terms.term, terms.weight)
        count = once(events.row, visit, events.product, *weighed, len(customers), len(terms)).ravel()
        there = np.flatnonzero(count)
        row, term = there // len(terms), there % len(terms)
        return cls(row.astype(np.int32), term.astype(np.int32), count[there], len(customers))

    def total(self) -> Doubles:
        """(R,) evidence of each customer."""
        return np.bincount(self.row, self.count, self.rows).astype(np.float64)

    def scores(self, logs: Doubles) -> Doubles:
        """(R, K) sums of the logs (K, T) of each customer's terms. Summed entry by entry, so that a customer's do not
        depend on who else is asked about."""
        columns = [np.bincount(self.row, self.count * log[self.term], self.rows) for log in logs]
        return np.stack(columns, axis=1).astype(np.float64)

    def dense(self, rows: Array, terms: int) -> Doubles:
        """(n, T) of some customers."""
        place = np.full(self.rows, -1)
        place[rows] = np.arange(len(rows))
        inside = place[self.row] >= 0
        matrix = np.zeros((len(rows), terms))
        matrix[place[self.row[inside]], self.term[inside]] = self.count[inside]
        return matrix


def _largest(size: Array) -> Codes:
    """The numbers of the most frequent things, by their own order; -1 for the others."""
    number = np.full(len(size), -1, np.int32)
    kept = np.sort(np.argsort(-size, kind="stable")[:MOST])
    kept = kept[size[kept] > 0]
    number[kept] = np.arange(len(kept), dtype=np.int32)
    return number


def _words(catalogue: Catalogue, size: Array) -> list[str]:
    """The words that are kept, read off the first name that has each."""
    from features.tables.products import split_words

    number = _largest(np.where(size >= RARE, size, 0))
    names = [""] * (int(number.max(initial=-1)) + 1)
    first = np.unique(catalogue.word, return_index=True)[1]
    product = np.repeat(np.arange(len(catalogue)), lengths_of(catalogue.word_offsets))
    for word in np.flatnonzero(number >= 0).tolist():
        owner = int(product[first[word]])
        place = int(first[word] - catalogue.word_offsets[owner])
        names[number[word]] = split_words(catalogue.name[owner])[place]
    return names
