"""The registry of features: each is one small function with a name, a unit, a family and a docstring."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from features.arrays import Array
from features.view import View

Compute = Callable[[View], Array]


@dataclass(frozen=True)
class Feature:
    """One column of the feature matrix."""

    name: str
    family: str
    unit: str
    about: str  # one sentence: what it is
    compute: Compute  # View -> (M,)
    fixed: bool = False  # whether it depends on nothing but the product, as of the market's moment


REGISTRY: dict[str, Feature] = {}


def feature(*, family: str, unit: str, fixed: bool = False) -> Callable[[Compute], Compute]:
    """Register a function of a `View` that returns one value a pair, (M,); NaN where it is not known.

    The function's name is the feature's name and its docstring says what it is. One that is `fixed` reads of the view
    no more than `by_product`, the catalogue and the market, and so is worked out once for all products.

    Raises:
        ValueError: the name is taken, or there is no docstring.
    """

    def register(compute: Compute) -> Compute:
        name, about = compute.__name__, inspect.getdoc(compute)
        if name in REGISTRY and REGISTRY[name].compute.__module__ != compute.__module__:
            raise ValueError(f"feature '{name}' is already defined in {REGISTRY[name].compute.__module__}")
        if not about:
            raise ValueError(
                f"feature '{name}' in {compute.__module__} has no docstring: say in one sentence what it is"
            )
        REGISTRY[name] = Feature(name, family, unit, about, compute, fixed)
        return compute

    return register
