"""Modules: where those features come from that a shop asks for, beside the families that all shops have."""

from collections.abc import Iterable
from importlib import import_module

from features.errors import EsnafError
from features.families import FAMILIES
from features.registry import REGISTRY


class UnknownModuleError(EsnafError):
    """A module that cannot be imported."""


def load(modules: Iterable[str]) -> None:
    """Import them, so that their features are registered; UnknownModuleError at the first that cannot be."""
    for module in modules:
        try:
            import_module(module)
        except (ImportError, ValueError) as error:
            raise UnknownModuleError(f"cannot import '{module}' ({error})") from error


def modules_of(names: Iterable[str]) -> list[str]:
    """The modules that some features need to be imported from; those of the families are there always."""
    found = {REGISTRY[name].compute.__module__ for name in names if name in REGISTRY}
    return sorted(found - {f"features.families.{family}" for family in FAMILIES})
