"""Kept: a property that is worked out once."""

from functools import cached_property
from typing import Any, Self, TypeVar, overload

T = TypeVar("T")


class kept(cached_property[T]):  # noqa: N801  # as the one it takes the place of
    """`functools.cached_property` without the lock that Python 3.11 takes, of which an answer would wait for some
    thirty. Two threads that ask at once may both work it out.
    """

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        """The value, which from then on is an attribute of the instance."""
        if instance is None:
            return self
        value = instance.__dict__[self.attrname] = self.func(instance)
        return value
