"""`esnaf store status` and `esnaf store compact`: what the live store holds, and old events taken away."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from esnaf.moments import shown_moment

if TYPE_CHECKING:
    from esnaf.workspace import Workspace

HELP = "show what the live store holds, or take old events away and give back space"

_MB = 1e6


def add_arguments(parser: ArgumentParser) -> None:
    """What to do."""
    parser.add_argument(
        "action",
        choices=("status", "compact"),
        metavar="ACTION",
        help="status, or compact: delete what is older than [store] keep_days, and exposures beyond [exposures]",
    )


def run(args: Namespace) -> Mapping[str, Any]:
    """Look, and compact if asked to; nothing is made where there is no store."""
    from esnaf.workspace import Workspace
    from features.errors import StoreError
    from features.store.config import StoreConfig
    from features.store.livestore import LiveStore
    from features.store.retention import compact, status_of

    workspace = Workspace(args.workspace)
    store = LiveStore.find(workspace.path, workspace.settings.section("store", StoreConfig))
    if store is None:
        raise StoreError(f"{workspace.path}: there is no live store yet; `esnaf import FILE` makes one")
    try:
        done = compact(store, int(time.time())) if args.action == "compact" else None
        found = status_of(store)
    finally:
        store.close()
    shown = {
        "store": found.place,
        "events": found.events,
        "last_sequence": found.last,
        "start": shown_moment(found.start),
        "end": shown_moment(found.end),
        "newest_received": shown_moment(found.received),
        "mb": found.bytes / _MB,
        "keep_days": store.config.keep_days,
    }
    if done is None:
        return shown
    freed = (done.before - done.after) / _MB
    return {**shown, "deleted": done.deleted, "freed_mb": freed, "deleted_exposures": _exposures(workspace)}


def show(result: Mapping[str, Any]) -> None:
    """One line a fact."""
    from esnaf.output import text_table

    print(text_table(("live store", ""), [(name.replace("_", " "), value) for name, value in result.items()]))


def _exposures(workspace: "Workspace") -> int:
    """How many answers the exposure log lost."""
    from features.exposures.config import ExposuresConfig
    from features.exposures.log import ExposureLog
    from features.exposures.retention import compact
    from features.store.config import StoreConfig
    from serving.config import ServingConfig

    settings = workspace.settings
    log = ExposureLog.find(workspace.path, settings.section("store", StoreConfig))
    if log is None:
        return 0
    reused = settings.section("serving", ServingConfig).clock_step_s
    try:
        return compact(log, settings.section("exposures", ExposuresConfig), int(time.time()), reused=reused)
    finally:
        log.close()
