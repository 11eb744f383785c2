"""The verbs of the command line, a small module each, imported only when asked for.

A module has `HELP` (one line), `add_arguments(parser)`, `run(args)` returning a JSON-like mapping, and `show(result)`,
the same for people. None imports a heavy library at its top: `esnaf --help` reads them all.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from importlib import import_module
from keyword import iskeyword
from typing import Any, Protocol, cast

VERBS = (
    "demo",
    "init",
    "doctor",
    "simulate",
    "check",
    "import",
    "match",
    "train",
    "retrain",
    "recommend",
    "similar",
    "explain",
    "value",
    "kpi",
    "segments",
    "models",
    "promote",
    "rollback",
    "evaluate",
    "compare",
    "tune",
    "serve",
    "token",
    "store",
    "identity",
    "secret",
    "exposures",
    "customer",
    "export",
    "erase",
)
"""In the order of a shop's life."""


class Command(Protocol):
    """What a verb's module holds."""

    HELP: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what only this verb takes; `--workspace`, `--json` and `--quiet` are there already."""

    def run(self, args: Namespace) -> Mapping[str, Any]:
        """Do it; the mapping is the answer of `--json`."""

    def show(self, result: Mapping[str, Any]) -> None:
        """Print the answer for people."""


def load(verb: str) -> Command:
    """The module of a verb."""
    name = f"{verb}_" if iskeyword(verb) else verb
    return cast(Command, import_module(f"esnaf.commands.{name}"))
