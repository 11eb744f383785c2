"""`esnaf rollback [VERSION]`: let an earlier champion serve again."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from esnaf.commands import promote

HELP = "let the champion before this one serve again, or an earlier version"


def add_arguments(parser: ArgumentParser) -> None:
    """Which version, if it is not the last champion."""
    parser.add_argument("version", nargs="?", metavar="VERSION", help="an earlier version (default: the last champion)")


def run(args: Namespace) -> Mapping[str, Any]:
    """Point to the earlier version, and let the alias in MLflow follow."""
    return promote.changed(args, lambda champions: champions.rollback(args.version))


def show(result: Mapping[str, Any]) -> None:
    """Who serves now, and what was before."""
    promote.show(result)
