"""`esnaf promote VERSION`: let a version serve."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from esnaf.workspace import Workspace
from features.logs import log

if TYPE_CHECKING:
    from training.champions import Champions, Change

HELP = "let a version serve; running services take it up by themselves"


def add_arguments(parser: ArgumentParser) -> None:
    """Which version."""
    parser.add_argument("version", metavar="VERSION", help="its number, or an alias such as challenger")


def run(args: Namespace) -> Mapping[str, Any]:
    """Try the version out, point to it, and let the alias in MLflow follow."""
    return changed(args, lambda champions: champions.promote(args.version))


def changed(args: Namespace, change: "Callable[[Champions], Change]") -> dict[str, Any]:
    """The answer of a verb that changes the champion. Where MLflow is away, the bundles that are here can serve."""
    from dataclasses import asdict

    from esnaf.adoption import champions_here, champions_of
    from training.tracking.store import TrackingError

    workspace, away = Workspace(args.workspace), None
    try:
        champions = champions_of(workspace)
    except TrackingError as error:
        log.warning("mlflow.away", reason=str(error), way_out="only what is in the workspace can serve")
        champions, away = champions_here(workspace), f"the alias in MLflow could not follow: {error}"
    done = change(champions)
    answer = asdict(done) | {"changed": done.changed, "removed": list(done.removed)}
    return answer if away is None else answer | {"warning": away}


def show(result: Mapping[str, Any]) -> None:
    """Who serves now, and what was before."""
    if result["changed"]:
        print(f"version {result['version']} serves now instead of {result['previous'] or 'none'}")
    else:
        print(f"version {result['version']} serves already")
    if result["removed"]:
        print(f"cleared away: the bundles of {', '.join(result['removed'])}; MLflow keeps them")
    if result["warning"]:
        print(f"warning: {result['warning']}")
