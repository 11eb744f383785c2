"""What the static tables say about the ids in the events."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.arrays import Bools
from features.tables.chunk import Column
from features.tables.forgotten import Forgotten
from features.tables.patterns import ANONYMOUS


@dataclass(frozen=True)
class Statics:
    """Look-ups for the reader of events, each a column of distinct texts."""

    members: Column = field(default_factory=lambda: pa.array([], pa.string()))  # ids whose person has another one
    persons: Column = field(default_factory=lambda: pa.array([], pa.string()))  # and which
    stated: Column = field(default_factory=lambda: pa.array([], pa.string()))  # customers who stated their consent
    granted: Column = field(default_factory=lambda: pa.array([], pa.bool_()))  # and what it was
    erased: Forgotten = field(default_factory=Forgotten)  # who is to be forgotten
    products: Column | None = None  # ids of the products table, None without one

    def owner(self, devices: Column) -> Column:
        """The customer of each device or anonymous id, null where it is not known to be one person's."""
        return self._person(pc.binary_join_element_wise(ANONYMOUS, devices, ""))

    def settled(self, customers: Column) -> Column:
        """The id that stands for the person of each customer or `anon:DEVICE`."""
        return pc.coalesce(self._person(customers), customers)

    def _person(self, ids: Column) -> Column:
        return self.persons.take(pc.index_in(ids, self.members))

    def personal(self, customers: Column, *, default: bool) -> Bools:
        """Which customers may be known personally."""
        answer = self.granted.take(pc.index_in(customers, self.stated)).fill_null(default)
        granted: Bools = answer.to_numpy(zero_copy_only=False)
        return granted.astype(bool)

    def who(self, *, personal: bool) -> Column:
        """Who is known to allow being known personally, or not to: customers and their devices, as rows name them."""
        erased = pa.array(self.erased.among(self.stated))
        members = pa.array(self.erased.among(self.persons))
        if personal:
            customers = self.stated.filter(pc.and_not(self.granted, erased))
            members = pa.array(np.zeros(len(self.members), bool))
        else:
            denied = self.stated.filter(pc.invert(self.granted))
            customers = pa.chunked_array([denied, self.erased.listed], pa.string()).combine_chunks()
        members = self.members.filter(pc.or_(members, pc.is_in(self.persons, customers)))
        return pa.chunked_array([customers, members], pa.string()).combine_chunks()

    def forgotten(self, customers: Column) -> Bools:
        """Which customers are to be forgotten, by themselves or by a device of theirs."""
        return self.erased.among(customers)

    def known(self, products: Column) -> Bools:
        """Which products the products table has; all where there is no such table."""
        known = pc.is_valid(products) if self.products is None else pc.is_in(products, self.products)
        found: Bools = known.to_numpy(zero_copy_only=False)
        return found
