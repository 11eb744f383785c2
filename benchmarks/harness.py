"""What every benchmark shares: its command line, its table of figures and its JSON file.

A benchmark is a module `benchmarks.NAME` with `measure(args) -> {figure: number}` that ends with
`main("NAME", measure)`. Keys are snake_case with the unit last.
"""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from benchmarks.machine import description
from esnaf.output import text_table
from features import logs

RESULTS = Path(__file__).parent / "results"
WORKSPACES = Path(__file__).parent / "workspaces"

Figures: TypeAlias = Mapping[str, float]


def main(
    name: str,
    measure: Callable[[Namespace], Figures],
    *,
    add_arguments: Callable[[ArgumentParser], None] | None = None,
    argv: Sequence[str] | None = None,
) -> None:
    """Run one benchmark, print its figures and write them with `--json`."""
    parser = ArgumentParser(prog=f"python -m benchmarks.{name}", description=sys.modules[measure.__module__].__doc__)
    parser.add_argument("--data", type=Path, default=_data(), metavar="DIR", help="data sets (default: ESNAF_DATA)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as {figure: number}")
    if add_arguments:
        add_arguments(parser)
    args = parser.parse_args(argv)
    logs.configure()
    figures = measure(args)
    print(f"\n{name}, on {description()}\n")
    print(text_table(("figure", "value"), [(key, _rounded(value)) for key, value in figures.items()]))
    if args.json:
        write(args.json, figures)


def write(path: Path, figures: Figures) -> None:
    """Write figures as a flat JSON object, and beside them, in `machine.json`, what they were measured on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({key: _rounded(value) for key, value in figures.items()}, indent=2) + "\n")
    if path.parent == RESULTS:
        (RESULTS / "machine.json").write_text(json.dumps({"machine": description()}, indent=2) + "\n")


def _data() -> Path | None:
    folder = os.environ.get("ESNAF_DATA")
    return Path(folder) if folder else None


def _rounded(value: float) -> float:
    """Six significant digits: more is noise of the measurement."""
    return value if isinstance(value, int) else float(f"{value:.6g}")
