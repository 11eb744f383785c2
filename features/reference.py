"""`python -m features.reference` writes docs/features.md from the registry; `--check` only compares."""

import sys
from importlib import import_module
from pathlib import Path

from features import families
from features.registry import REGISTRY, Feature

PAGE = Path(__file__).parents[1] / "docs" / "features.md"

_HEAD = """\
# Features

<!-- Made by `python -m features.reference`. -->

One row of the feature matrix is a (customer, product) pair as of a moment: what happened from then on is not in it.
Training, nightly lists and the live answer call the same function, `features.matrix.feature_matrix`, and a value is the
same to the last bit whether the customer is alone or among a million. NaN is what is not known; the ranker takes it as
it is. `[features] exclude` hides features from the ranker by name or by family.
"""
_GENERATORS = """\
## generators

Every generator of `[pool] generators` adds two ([candidates.md](candidates.md) says what each generator scores).

| feature | unit | what it is |
| --- | --- | --- |
| `GENERATOR_score` | score | The generator's score of the product, named or not; NaN where it has none. |
| `GENERATOR_rank` | place | Place among the generator's candidates, from 1; NaN where it did not name the product. |
"""
_ASKED_FOR = """\
## segments and value

Two families are only there where `[features] extra` asks for them, since they lengthen a training:
`features.families.segments`, the figures that segments are made of ([segments.md](segments.md)), and
`features.families.value`, what is foretold of customers ([value.md](value.md)). `python -m benchmarks.gain` measures
what they bring.
"""
_OWN = """\
## Your own

A feature is a function of the `View` that gives one value a pair. Its name is the feature's name, its docstring says
what it is, and it shows up by itself in training, serving and explanations:

```python
from features.arrays import Array
from features.registry import feature
from features.view import View


@feature(family="mine", unit="ratio")
def pair_price_against_list(view: View) -> Array:
    \"\"\"Price that the product sold at of late, against the list price.\"\"\"
    return view.by_product(view.market.price_28) / view.by_product(view.catalogue.price)
```

Name its module under `[features] extra` in `esnaf.toml`; [extending.md](extending.md) shows that from end to end.

- Shapes: `view.row` and `view.product` are the (M,) pairs. `by_product` takes (P,) values to pairs, `by_customer` (R,)
  ones. A `Joined` such as `view.repeats` (the customer's orders of the product) holds groups of events: `.count` is
  their number, `.of(values)` takes a value of each group to pairs, `.days_since(times, view.as_of)` turns times into
  days.
- Sums over a customer's events belong in `Occasions.sum` or `np.bincount`, which add in the order of the events:
  `np.sum` and products of matrices add in an order that depends on the size of the batch.
- Nothing but the view may be read: no clock, no file, no random number.
"""


def page() -> str:
    """docs/features.md: every feature by family, what generators add, and how to write one's own."""
    own = [f for f in REGISTRY.values() if f.compute.__module__.startswith(families.__name__)]
    sections = [_family(name, [f for f in own if f.family == name]) for name in families.FAMILIES]
    return "\n".join([_HEAD, *sections, _GENERATORS, _ASKED_FOR, _OWN])


def _family(name: str, features: list[Feature]) -> str:
    about = (import_module(f"{families.__name__}.{name}").__doc__ or "").partition(": ")[2]
    rows = [f"| `{f.name}` | {f.unit} | {' '.join(f.about.split())} |" for f in features]
    heads = ["| feature | unit | what it is |", "| --- | --- | --- |"]
    return "\n".join([f"## {name}", "", about[:1].upper() + about[1:], "", *heads, *rows, ""])


def main() -> int:
    """Write the page, or say that it is not current."""
    families.load()
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        print("docs/features.md is not current: run `make docs`", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
