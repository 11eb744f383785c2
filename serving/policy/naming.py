"""Naming: names in the rules that a shop does not know, which do nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from features.catalogue import Catalogue
from features.vocabulary import Vocabulary
from serving.policy.choice import Choice
from serving.policy.config import Pin, PolicyConfig
from training.naming import in_categories, of_brands


@dataclass(frozen=True)
class UnknownName:
    """A category, brand or product of a rule that is nowhere in the catalogue."""

    rule: str
    kind: Literal["category", "brand", "product"]
    name: str

    def __str__(self) -> str:
        return f"rule '{self.rule}' names {self.kind} '{self.name}'"


def unknown_names(config: PolicyConfig, products: Vocabulary, catalogue: Catalogue) -> Iterator[UnknownName]:
    """In the order of the rules."""
    for rule in config.rules:
        named = rule.products if isinstance(rule, Choice) else (rule.product,) if isinstance(rule, Pin) else ()
        if isinstance(rule, Choice):
            for name in rule.categories:
                if not in_categories(catalogue, [name]).any():
                    yield UnknownName(rule.name, "category", name)
            for name in rule.brands:
                if not of_brands(catalogue, [name]).any():
                    yield UnknownName(rule.name, "brand", name)
        for name in named:
            if products.index(name) < 0:
                yield UnknownName(rule.name, "product", name)
