"""`esnaf tune --data DIR`: look for better settings on past windows, and train a challenger with them."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esnaf.moments import moment
from features.settings import Settings

if TYPE_CHECKING:
    from training.entry import Job
    from training.tuning.config import TuneConfig
    from training.tuning.tune import Tuned

HELP = "look for better settings on past windows, and train with what was found"


def add_arguments(parser: ArgumentParser) -> None:
    """Where the tables are, how long to look, and what comes after."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the tables (none if all come from SQL)")
    parser.add_argument(
        "--until", type=moment, metavar="T", help="ignore everything from this date or time on (default: the end)"
    )
    parser.add_argument("--minutes", type=float, metavar="M", help="time for the trials (default 15)")
    parser.add_argument(
        "--trials", type=int, metavar="N", help="trials at most, those of an interrupted run included (default 500)"
    )
    parser.add_argument("--no-train", action="store_true", help="write tuned.toml and train nothing")
    parser.add_argument("--space", action="store_true", help="show what trials may change, and do nothing")


def run(args: Namespace) -> Mapping[str, Any]:
    """Tune in the workspace; better settings are trained with, as `esnaf train` would."""
    from esnaf.workspace import Workspace

    workspace = Workspace(args.workspace)
    if args.space:
        return _space(workspace.settings)
    from training.entry import Job
    from training.tuning.tune import tune

    workspace.create()
    job = Job(workspace.path, workspace.settings, data=args.data, until=args.until)
    tuned = tune(job, _limits(workspace.settings, args))
    found = _answer(tuned)
    if tuned.outcome.improved and not tuned.outcome.interrupted and not args.no_train:
        return found | _challenger(replace(job, settings=tuned.outcome.settings))
    return found


def show(result: Mapping[str, Any]) -> None:
    """The space, or what was found."""
    from esnaf.output import text_table

    if "space" in result:
        rows = [(axis["name"], axis["current"], axis["values"], axis["trial"]) for axis in result["space"]]
        print(text_table(("setting", "current", "values", "a trial fits"), rows))
        return
    trials = result["trials"]
    print(f"{trials['complete']} trials on {', '.join(result['cuts'])}; {trials['pruned']} more given up on the way\n")
    if result["improved"]:
        changes = [(name, change["from"], change["to"]) for name, change in result["changes"].items()]
        print(f"{text_table(('setting', 'current', 'best'), changes)}\n")
    print(result["text"])
    if not result["confirmed"] and result["gain"]:
        print("(by the trials alone: the best of many is partly a lucky one)")
    print(f"settings: {result['file']}")
    if result["interrupted"]:
        print("interrupted: the same command goes on from here")
    if "version" in result:
        outcome = "is the champion" if result["ok"] else f"was registered, but the gate {result['refused']}"
        print(f"trained with them: version {result['version']} {outcome}: {result['bundle']}")


def _limits(settings: Settings, args: Namespace) -> "TuneConfig":
    """Section `[tune]` with what the arguments say instead; ConfigError where that cannot be."""
    from training.tuning.config import TuneConfig

    given = {name: getattr(args, name) for name in ("minutes", "trials") if getattr(args, name) is not None}
    values = {"tune": {**settings.values.get("tune", {}), **given}}
    return Settings(values, "arguments" if given else settings.source).section("tune", TuneConfig)


def _space(settings: Settings) -> dict[str, Any]:
    from training.tuning.space import Space

    axes = [
        {
            "name": axis.name,
            "current": axis.current,
            "values": axis.text,
            "trial": "the ranker" if axis.light else "all",
        }
        for axis in Space.of(settings).axes
    ]
    return {"space": axes}


def _answer(tuned: "Tuned") -> dict[str, Any]:
    outcome = tuned.outcome
    gain = outcome.gain
    return {
        "study": tuned.study,
        "run_id": tuned.run_id,
        "file": str(tuned.file),
        "text": outcome.text,
        "improved": outcome.improved,
        "confirmed": outcome.confirmed,
        "interrupted": outcome.interrupted,
        "trials": dict(outcome.trials),
        "cuts": list(outcome.cuts),
        "changes": {name: {"from": before, "to": after} for name, (before, after) in outcome.changes.items()},
        "ndcg_at_20": {"current": outcome.current, "best": outcome.best},
        "gain": None if gain is None else {"mean": gain.mean, "low": gain.low, "high": gain.high},
    }


def _challenger(job: "Job") -> dict[str, Any]:
    """The ordinary way to a model, and to all that decides on it."""
    from training.train import train

    trained = train(job)
    return {
        "version": trained.version,
        "bundle": str(trained.bundle),
        "metrics": dict(trained.metrics),
        "refused": trained.refused,
        "ok": trained.refused is None,
    }
