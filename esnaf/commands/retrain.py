"""`esnaf retrain`: bring the champion up to date with new events, fast."""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esnaf.moments import moment
from esnaf.workspace import Workspace
from features.errors import EsnafError, UsageError
from features.logs import log

if TYPE_CHECKING:
    from training.retrain import Retrained

HELP = "bring the champion up to date with new events, fast"


def add_arguments(parser: ArgumentParser) -> None:
    """Where new events are, and how often to look."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the tables (default: the champion's)")
    parser.add_argument(
        "--until", type=moment, metavar="T", help="ignore everything from this date or time on (default: the end)"
    )
    parser.add_argument("--full", action="store_true", help="read and train everything anew")
    parser.add_argument(
        "--watch", type=float, metavar="SECONDS", help="look again after so many seconds, until stopped"
    )


def run(args: Namespace) -> Mapping[str, Any]:
    """Retrain once, or again and again."""
    if args.watch is not None and args.watch <= 0:
        raise UsageError(f"--watch {args.watch}: must be above 0")
    workspace = Workspace(args.workspace)
    answer = _once(workspace, args)
    while args.watch is not None:
        time.sleep(args.watch)
        try:
            answer = _once(Workspace(args.workspace), args)  # settings may have changed since
        except (EsnafError, OSError) as error:  # what serves goes on, and the next look may succeed
            log.warning("retrain.failed", reason=str(error), next_look_s=args.watch)
            continue
        show(answer)
    return answer


def show(result: Mapping[str, Any]) -> None:
    """What came of it."""
    if result["nothing_new"]:
        print(f"nothing new: version {result['version']} is up to date")
        return
    for line in result["reused"]:
        print(f"reused: {line}")
    if result["full"]:
        print(f"everything was trained anew: {result['full']}")
    if result["ndcg_at_20"] is not None:
        print(f"NDCG@20 {result['ndcg_at_20']:.4f} on the newest window")
    if result["refused"]:
        print(f"version {result['version']} was registered, but the gate {result['refused']}")
        return
    print(f"{result['events']:,} new events, {result['work_s']:.1f} s of work")
    print(f"version {result['version']} is the champion")


def _once(workspace: Workspace, args: Namespace) -> dict[str, Any]:
    from training.entry import Job
    from training.retrain import load_libraries, retrain

    load_libraries()
    job = Job(workspace.path, workspace.settings, data=args.data or _data_of(workspace), until=args.until)
    start = time.process_time()
    return _answer(retrain(job, full=args.full), time.process_time() - start)


def _answer(found: "Retrained", work: float) -> dict[str, Any]:
    trained = found.trained
    return {
        "nothing_new": trained is None,
        "version": found.champion if trained is None else trained.version,
        "previous": found.champion,
        "events": found.events,
        "full": found.full,
        "reused": list(found.reused),
        "refused": None if trained is None else trained.refused,
        "ndcg_at_20": None if trained is None else trained.metrics.get("test/ndcg_at_20"),
        "metrics": {} if trained is None else dict(trained.metrics),
        "seconds": {} if trained is None else dict(trained.seconds),
        "work_s": work,
        "ok": trained is None or trained.refused is None,
    }


def _data_of(workspace: Workspace) -> Path | None:
    """The folder that the champion was trained on, None where it was trained from SQL or the live store."""
    from esnaf.adoption import registry_of
    from training.tracking.registry import UnknownVersionError
    from training.tracking.store import answering

    registry = registry_of(workspace)
    if registry is None:
        return None
    champion = workspace.model().version
    try:
        with answering():
            version = registry.get(champion)
            found = registry.client.get_run(version.run_id).data.tags.get("data_folder")
    except UnknownVersionError as error:
        raise UsageError(f"where version {champion} was trained is not known ({error}); say --data DIR") from error
    return None if found is None else Path(found)
