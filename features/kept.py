"""Kept: a property that is worked out once."""

from functools import cached_property
from typing import Any, TypeVar

T = TypeVar("T")


class kept(cached_property[T]):  # noqa: N801  # as the one it takes the place of
    """`functools.cached_property` without the lock that Python 3.11 takes, of which an answer would wait for some
    thirty. Two threads that ask at once may both work it out.
    """

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        """The value, which from then on is an attribute of the instance."""
        if instance is None:
            return self
        value = instance.__dict__[self.attrname] = self.func(instance)
        return value
