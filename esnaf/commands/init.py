"""`esnaf init`: start a workspace."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import Any

from esnaf.workspace import Workspace
from features.errors import RefusedError
from features.settings import FILE_NAME

HELP = "write a commented esnaf.toml into the workspace"


def add_arguments(parser: ArgumentParser) -> None:
    """`--force` replaces a file that is there."""
    parser.add_argument("--force", action="store_true", help="replace an esnaf.toml that is there")


def run(args: Namespace) -> Mapping[str, Any]:
    """Write the file; RefusedError if there is one already."""
    from esnaf.configfile import template
    from esnaf.sections import sections

    workspace = Workspace(args.workspace)
    workspace.create()
    file = workspace.path / FILE_NAME
    if file.exists() and not args.force:
        raise RefusedError(f"{file} is there already; --force replaces it")
    file.write_text(template(sections()), encoding="utf-8")
    return {"file": str(file)}


def show(result: Mapping[str, Any]) -> None:
    """Name the file and the next step."""
    print(f"Wrote {result['file']}. Next: esnaf check --data DIR")
