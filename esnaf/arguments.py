"""The parser of the command line, built from the modules of the verbs."""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from esnaf import __version__, commands
from features.errors import UsageError

_ABOUT = "Product recommendations from a purchase log."


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see {self.prog} --help")


def parser_of(verbs: Sequence[str]) -> ArgumentParser:
    """The parser of some verbs; only their modules are imported."""
    parser = _Parser(prog="esnaf", description=_ABOUT, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"esnaf {__version__}")
    choices = parser.add_subparsers(dest="verb", metavar="VERB", required=True, title="verbs")
    for verb in verbs:
        command = commands.load(verb)
        own = choices.add_parser(
            verb,
            help=command.HELP,
            description=command.HELP,
            allow_abbrev=False,
        )
        _add_common(own)
        command.add_arguments(own)
    return parser


def _add_common(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--workspace",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="folder that holds esnaf.toml, mlruns/ and bundles/ (default: here)",
    )
    parser.add_argument("--json", action="store_true", help="answer with one line of JSON on standard output")
    parser.add_argument("--quiet", action="store_true", help="log warnings and errors only")


def invoke(*words: str) -> Mapping[str, Any]:
    """Run a verb as the command line would, in this process, and return its answer."""
    args = parser_of(words[:1]).parse_args(words)
    return commands.load(args.verb).run(args)
