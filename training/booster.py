"""Booster: gradient-boosted trees as LightGBM writes them, which is what is saved, scored and explained."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeAlias, TypeVar
from weakref import WeakValueDictionary

import numpy as np

from features.arrays import Doubles, Floats
from features.errors import BundleError
from training.boosting import lightgbm
from training.forest import Forest

if TYPE_CHECKING:
    from lightgbm import Booster as Library

T = TypeVar("T")
_Held: TypeAlias = "WeakValueDictionary[bytes, T]"  # what somebody has, by the digest of the text that it was read from

_FORESTS: "_Held[Forest]" = WeakValueDictionary()
_LIBRARIES: "_Held[Library]" = WeakValueDictionary()


@dataclass(frozen=True)
class Booster:
    """Trees over F features.

    They are read once for all boosters of the same text: a refreshed model has those of the one before it.
    """

    text: str  # in LightGBM's format

    @classmethod
    def of(cls, booster: "Library") -> Self:
        """What the library has grown."""
        return cls(booster.model_to_string())

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote; BundleError where it is no model."""
        booster = cls(path.read_text(encoding="utf-8"))
        try:
            booster.forest  # noqa: B018  # read now, so that a model which cannot be read is never served
        except (KeyError, ValueError) as error:
            raise BundleError(f"{path}: not a LightGBM model ({error}); train the model again") from error
        return booster

    def save(self, path: Path) -> None:
        """Write the text."""
        path.write_text(self.text, encoding="utf-8")

    @cached_property
    def forest(self) -> Forest:
        """The trees as arrays: all that scores need."""
        return self._shared(_FORESTS, Forest.of)

    @cached_property
    def library(self) -> "Library":
        """The trees in the library, which explains them: slow to load, and not needed before."""
        return self._shared(_LIBRARIES, lambda text: lightgbm().Booster(model_str=text))

    @property
    def names(self) -> tuple[str, ...]:
        """(F,)"""
        return self.forest.names

    def scores(self, matrix: Floats) -> Doubles:
        """(M,) raw scores of the feature rows (M, F), each by itself."""
        return self.forest.scores(matrix)

    def contributions(self, matrix: Floats) -> Doubles:
        """(M, F + 1) what each feature adds to the raw score (lundberg2020local); the last column is the base."""
        return np.asarray(self.library.predict(matrix, pred_contrib=True, num_threads=1), np.float64)

    @property
    def gain(self) -> Doubles:
        """(F,) what the splits of each feature gained."""
        return np.asarray(self.library.feature_importance("gain"), np.float64)

    def _shared(self, held: "_Held[T]", read: Callable[[str], T]) -> T:
        name = blake2b(self.text.encode()).digest()
        found = held.get(name)
        if found is None:
            found = held[name] = read(self.text)
        return found
