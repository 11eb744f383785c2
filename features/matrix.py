"""The feature matrix: one definition of every feature, for training, for nightly lists and for the live answer."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from features import _kernels, families
from features.arrays import Array, Doubles, Floats
from features.catalogue import Catalogue
from features.context import Context
from features.fixed import Fixed
from features.history import History
from features.market import Market
from features.pairs import Pairs
from features.profiles import Profiles
from features.registry import REGISTRY
from features.view import View

_NO_TABLE = np.zeros((0, 0), np.float32)

families.load()


def feature_names(generators: Sequence[str]) -> list[str]:
    """All features, and the score and rank of each generator."""
    return [*REGISTRY, *_given(tuple(generators))]


def feature_matrix(
    history: History,
    catalogue: Catalogue,
    market: Market,
    pairs: Pairs,
    as_of: int,
    *,
    profiles: Profiles | None = None,
    context: Context | None = None,
    names: Sequence[str] | None = None,
    fixed: Fixed | None = None,
    foretold: Mapping[str, Doubles] | None = None,
) -> Floats:
    """The features of M pairs of R customers, (M, F) float32, NaN where something is not known.

    `history`, `profiles` and `context` have one row a customer; events from `as_of` on are not looked at because the
    history does not hold them. `names` chooses the columns (default: all), `fixed` are those of this market's products
    that were worked out before, `foretold` what a model says of the customers, (R,) by name. Every value is the same to
    the last bit whether a customer is alone in the batch or among a million.

    Raises:
        KeyError: a name is neither a registered feature nor `<generator>_score` or `<generator>_rank`.
    """
    view = View(history, catalogue, market, pairs, as_of, profiles=profiles, context=context, foretold=foretold)
    chosen = feature_names(pairs.generators) if names is None else names
    given = dict(zip(_given(pairs.generators), (*pairs.score.T, *pairs.rank.T), strict=True))
    place, table = ({}, _NO_TABLE) if fixed is None else (fixed.place, fixed.table)
    columns: list[Array | int] = []
    with np.errstate(divide="ignore", invalid="ignore"):  # what is not known is NaN
        for name in chosen:
            if name in place:
                columns.append(place[name])
            else:
                columns.append(given[name] if name in given else REGISTRY[name].compute(view))
    return _kernels.matrix(columns, table, pairs.product)


@lru_cache
def _given(generators: tuple[str, ...]) -> tuple[str, ...]:
    return *(f"{g}_score" for g in generators), *(f"{g}_rank" for g in generators)
