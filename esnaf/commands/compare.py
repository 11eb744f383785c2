"""`esnaf compare A B`: which of two versions is better, for whom, and why."""

import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esnaf.moments import moment
from esnaf.unseen import tables_until
from esnaf.workspace import Workspace
from features.errors import UsageError

if TYPE_CHECKING:
    from training.comparison.contender import Contender
    from training.comparison.contest import Contest
    from training.gate.verdict import Verdict

HELP = "measure two versions on one window that neither has seen, and say which is better"

_MAIN = ("ndcg", "recall", "hit_rate", "explore/ndcg", "explore/recall", "repeat/ndcg", "repeat/recall")


def add_arguments(parser: ArgumentParser) -> None:
    """Which versions, on which window of which tables, and where the report goes."""
    parser.add_argument("first", metavar="A", help="version, or champion")
    parser.add_argument("second", metavar="B", help="version that is said to be better or worse than A")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the tables (default: that of B's training)")
    parser.add_argument(
        "--from", dest="start", type=moment, metavar="T", help="begin of the window (default: the newest of both)"
    )
    parser.add_argument("--horizon", type=int, metavar="DAYS", help="length of the window (default: that of B)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the report, one HTML file")


def run(args: Namespace) -> Mapping[str, Any]:
    """Measure both versions by the bundles that know nothing of the window."""
    from features.arrays import DAY
    from training.comparison.config import CompareConfig
    from training.comparison.contest import Contest
    from training.comparison.window import Window
    from training.gate.gate import Gate
    from training.gate.trial import Trial

    workspace = Workspace(args.workspace)
    with tempfile.TemporaryDirectory() as scratch:
        first, second = (_contender(workspace, name, Path(scratch)) for name in (args.first, args.second))
        start, horizon = _window(args, first, second)
        data = args.data or _data_of(second)
        shop = tables_until(workspace, data, start=start, end=start + horizon * DAY)
        window = Window.of(shop, start, start + horizon * DAY, seed=int(second.facts["seed"]))
        window = window.sliced_by(second.load(second.before(start)))
        contest = Contest.held(first, second, window, workspace.settings.section("compare", CompareConfig))
        verdict = Gate.of(workspace.settings).judge(Trial.of(contest))
        if args.output:
            _write(args.output, contest, verdict)
    return _answer(contest, verdict, first, second) | {"report": str(args.output) if args.output else None}


def show(result: Mapping[str, Any]) -> None:
    """The main figures, what stands out, and the verdict."""
    from esnaf.output import text_table
    from training.report import words

    print(f"version {result['second']} against version {result['first']}, from {result['from']} to {result['to']}\n")
    if not result["customers"]:
        print("nobody bought both before the window and in it: nothing could be measured")
        return
    shown = {name: result["differences"][name] for name in _shown(result["differences"])}
    rows = [
        (words.difference(name), d["customers"], d["first"], d["second"], _interval(d), words.SIGNS[d["verdict"]])
        for name, d in shown.items()
    ]
    print(text_table(("", "customers", result["first"], result["second"], "difference, 95 %", ""), rows))
    print(f"\nverdict: {result['verdict']} (NDCG@20, {result['customers']:,} customers)")
    print(f"the gate: {result['gate']['text']}")
    if result["report"]:
        print(f"report: {result['report']}")


def _contender(workspace: Workspace, name: str, scratch: Path) -> "Contender":
    """A version with its measured bundle, or, where the tracking store has nothing of it, by its own bundle alone."""
    from esnaf.adoption import registry_of
    from training.comparison.contender import Contender
    from training.tracking.contender import registered

    registry = registry_of(workspace)
    if registry is not None:
        number = workspace.model(name).version if name == "champion" else name
        return registered(registry, number, workspace.bundles, scratch)
    found = workspace.model(name)
    return Contender(found.version, found.bundle)


def _window(args: Namespace, first: "Contender", second: "Contender") -> tuple[int, int]:
    horizon = int(second.facts["horizon"]) if args.horizon is None else int(args.horizon)
    if horizon < 1:
        raise UsageError(f"--horizon {horizon}: must be 1 or more")
    start = max(first.start, second.start) if args.start is None else int(args.start)
    return start, horizon


def _data_of(second: "Contender") -> Path | None:
    """The folder that a version was trained on, None where it was trained from SQL."""
    if second.data is not None and not second.data.is_dir():
        raise UsageError(f"{second.data}: version {second.version} was trained on it, but it is gone; give --data")
    return second.data


def _write(file: Path, contest: "Contest", verdict: "Verdict") -> None:
    from training.report.page import Page

    title = f"{contest.second.name} against {contest.first.name}".capitalize()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(Page(contest, title, verdict, named=True).html(), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"-o {file}: cannot be written ({error.strerror})") from error


def _answer(contest: "Contest", verdict: "Verdict", first: "Contender", second: "Contender") -> dict[str, Any]:
    from serving.clock import shown_time

    comparison = contest.comparison
    return {
        "first": first.version,
        "second": second.version,
        "from": shown_time(comparison.cut),
        "to": shown_time(comparison.end),
        "customers": comparison.customers,
        "verdict": comparison.headline.verdict if comparison.headline else None,
        "differences": {name: difference.values for name, difference in comparison.differences.items()},
        "whole": {name: {"first": one, "second": other} for name, (one, other) in comparison.whole.items()},
        "examples": [asdict(example) for example in contest.examples],
        "inputs": {drift.name: {"psi": drift.psi, "noise": drift.noise} for drift in contest.drifts},
        "lost_inputs": list(contest.lost),
        "answer_ms": {"first": contest.first.answer_ms, "second": contest.second.answer_ms},
        "bundle_mb": {"first": contest.first.megabytes, "second": contest.second.megabytes},
        "gate": {"passed": verdict.passed, "text": verdict.text, "checks": [asdict(check) for check in verdict.checks]},
    }


def _shown(differences: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The figures to choose by, and every slice and category in which there is a difference."""
    main = [name for metric in _MAIN if (name := f"{metric}_at_20") in differences]
    return main + [name for name, d in differences.items() if "." in name and d["verdict"] != "no difference"]


def _interval(difference: Mapping[str, Any]) -> str:
    low, high = (f"{difference[end]:+.4f}" for end in ("low", "high"))
    return f"{difference['difference']:+.4f} ({low} to {high})"
