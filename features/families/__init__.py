"""The families of features. A new family is a module here."""

import importlib

FAMILIES = ("history", "rhythm", "taste", "customer", "product", "interest", "moment")


def load() -> None:
    """Import every family, so that its features are registered."""
    for family in FAMILIES:
        importlib.import_module(f"features.families.{family}")
