"""Both kinds of store."""

from tests.features.store.conftest import _no_variable, place, reader, store

__all__ = ["_no_variable", "place", "reader", "store"]
