"""Comparing: how alike two values are, in steps that suit what they mean.

Steps and similarities are those that Splink proposes for such columns: Jaro-Winkler for names, edits (a swap of
neighbours is one) for dates, codes and numbers.
"""

from collections.abc import Callable, Mapping
from typing import Any

from training.matching.config import Meaning


def comparison(column: str, meaning: Meaning) -> Any:
    """A Splink comparison."""
    return _KINDS[meaning](column)


def _named(column: str) -> Any:
    """Agreeing in a rare name says more than in a common one."""
    from splink.comparison_library import JaroWinklerAtThresholds

    return JaroWinklerAtThresholds(column, [0.92, 0.88, 0.7]).configure(term_frequency_adjustments=True)


def _written(column: str) -> Any:
    from splink.comparison_library import JaroWinklerAtThresholds

    return JaroWinklerAtThresholds(column, [0.9, 0.7]).configure(term_frequency_adjustments=True)


def _edited(column: str) -> Any:
    from splink.comparison_library import DamerauLevenshteinAtThresholds

    return DamerauLevenshteinAtThresholds(column, [1, 2])


def _exact(column: str) -> Any:
    from splink.comparison_library import ExactMatch

    return ExactMatch(column).configure(term_frequency_adjustments=True)


def _email(column: str) -> Any:
    from splink.comparison_library import EmailComparison

    return EmailComparison(column)


_KINDS: Mapping[Meaning, Callable[[str], Any]] = {
    "given_name": _named,
    "surname": _named,
    "name": _named,
    "birth_date": _edited,
    "email": _email,
    "phone": _edited,
    "postcode": _edited,
    "street": _written,
    "house_number": _exact,
    "place": _written,
    "region": _exact,
    "identifier": _edited,
}
