"""Rules compare pairs that agree in something telling, and not too many."""

from itertools import combinations

import pandas as pd

from tests.training.matching.persons import PERSON, persons
from training.matching.blocking import Rule, rules
from training.matching.config import Meaning

MEANINGS: dict[str, Meaning] = {
    "first_name": "given_name",
    "last_name": "surname",
    "dob": "birth_date",
    "zip": "postcode",
    "email": "email",
}


def agreeing(table: pd.DataFrame, rule: Rule) -> int:
    keys = [table[c] if n is None else table[c].str[:n] for c, n in rule.keys]
    known = pd.concat(keys, axis=1).dropna().astype(str).agg("|".join, axis=1)
    return sum(1 for _, group in known.groupby(known) for _ in combinations(group.index, 2))


def test_pairs_are_counted_and_bounded() -> None:
    table = persons(200).drop(columns=PERSON)
    for most in (50, 2_000):
        chosen = rules(table, MEANINGS, most=most)
        assert chosen
        assert sum(rule.pairs for rule in chosen) <= most * 1.5
        assert all(rule.pairs == agreeing(table, rule) for rule in chosen)


def test_a_column_that_is_a_rule_by_itself_is_in_no_other() -> None:
    chosen = rules(persons(300).drop(columns=PERSON), MEANINGS, most=3_000)
    alone = {column for rule in chosen if len(rule.keys) == 1 for column in rule.columns}
    assert alone
    assert not any(rule.columns & alone for rule in chosen if len(rule.keys) > 1)


def test_keys_are_sql_of_quoted_columns() -> None:
    assert Rule((("last name", None), ("dob", 4)), 1).expressions == ['"last name"', 'substr("dob", 1, 4)']


def test_a_column_of_one_value_is_no_rule() -> None:
    table = pd.DataFrame({"city": ["x"] * 500, "email": [f"{i}@x" for i in range(500)]}, dtype="object")
    assert rules(table, {"city": "place", "email": "email"}, most=1_000) == []
