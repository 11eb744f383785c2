"""Kept: a property that is worked out once."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class kept(Generic[T]):  # noqa: N801  # as the one it takes the place of
    """`functools.cached_property` without the lock that Python 3.11 takes, of which an answer would wait for some
    thirty. Two threads that ask at once may both work it out.
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Self | T:
        """The value, which from then on is an attribute of the instance."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._function(instance)
        return value
