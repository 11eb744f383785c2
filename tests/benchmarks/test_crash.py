"""Some of the commands that the benchmark kills or lets meet a misfortune, and that it sees what it looks for."""

import io
import re
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from benchmarks.intact import Intact
from benchmarks.killing import Ended
from benchmarks.kills import ANY, JUDGED, LOGGED, PUBLISHED, ROLLBACK, Kills
from benchmarks.misfortunes import Misfortune, gone, largest_file, locked
from benchmarks.outcome import Outcome, Outcomes, temporary
from benchmarks.smallshop import NAME, SmallShop
from esnaf.arguments import invoke
from esnaf.cli import main
from training.tracking.store import DATABASE, VARIABLE

SEED = 5
WITHIN = {ANY: 6.0, JUDGED: 3.0, LOGGED: 1.0, PUBLISHED: 0.5, ROLLBACK: 4.0}  # seconds
MISFORTUNES = (
    Misfortune("files up to 40,000 bytes", partial(largest_file, 40_000)),
    Misfortune("database gone", partial(gone, DATABASE)),
    Misfortune("store locked", locked),
)


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """A small shop with a champion, in which one command after another is struck."""
    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(VARIABLE, raising=False)
        shop = SmallShop.made(folder, days=2 * (len(WITHIN) + len(MISFORTUNES)) + 4, run=invoke)
    return Outcomes(shop, Intact(shop.workspace, NAME, *temporary(folder)), run=here)


def here(words: Sequence[str]) -> Ended:
    """A command run in this process, which has imported everything already."""
    said, start = io.StringIO(), time.perf_counter()
    with redirect_stdout(said), redirect_stderr(said):
        code = main(words)
    return Ended(code, said.getvalue(), time.perf_counter() - start)


def copied(outcomes: Outcomes, folder: Path) -> Intact:
    """A copy of the workspace to harm."""
    workspace = Path(shutil.copytree(outcomes.shop.workspace, folder / "workspace"))
    return Intact(workspace, NAME, *temporary(folder))


def cut_a_file(workspace: Path) -> None:
    (workspace / "bundles" / "1" / "market" / "sold.npy").write_bytes(b"")


def lose_a_measured_bundle(workspace: Path) -> None:
    shutil.rmtree(next((workspace / "mlruns" / "artifacts").glob("*/artifacts/bundles")))


def lose_a_report(workspace: Path) -> None:
    next((workspace / "mlruns" / "artifacts").glob("*/artifacts/report.html")).unlink()


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (cut_a_file, r"bundles/1: .*sold\.npy: is damaged"),
        pytest.param(
            lose_a_measured_bundle,
            r"measured bundle: .*manifest\.json: cannot be read",
            marks=pytest.mark.bench,
        ),
        pytest.param(lose_a_report, r"its run has no report\.html", marks=pytest.mark.bench),
    ],
)
def test_what_is_half_is_seen(outcomes: Outcomes, tmp_path: Path, harm: Callable[[Path], None], fault: str) -> None:
    intact = copied(outcomes, tmp_path)
    assert intact.half() == []
    intact.seen.clear()
    harm(intact.workspace)
    (found,) = intact.half()
    assert re.search(fault, found)


def test_what_is_left_over_is_seen_once(outcomes: Outcomes, tmp_path: Path) -> None:
    intact = copied(outcomes, tmp_path)
    assert intact.left_over() == []
    (intact.workspace / "bundles" / ".new-x").mkdir()
    (intact.workspace / ".champion.json-1").touch()
    (intact.temporary / "copy").mkdir()
    client = intact.registry.client
    run = client.create_run(client.search_experiments(filter_string=f"name = '{NAME}'")[0].experiment_id)
    expected = [".champion.json-1", "bundles/.new-x", "copy", f"run {run.info.run_id} RUNNING"]
    assert intact.left_over() == expected
    assert intact.left_over() == []


def test_a_champion_that_does_not_load_is_seen(outcomes: Outcomes, tmp_path: Path) -> None:
    intact = copied(outcomes, tmp_path)
    assert intact.champion() is None
    (intact.workspace / "bundles" / intact.served() / "manifest.json").unlink()
    assert "manifest.json: cannot be read" in (intact.champion() or "")


def assert_mended(found: Outcome) -> None:
    assert found.faults == ()
    assert found.half == ()
    assert found.failed == ()
    assert found.left == ()


def test_undisturbed(outcomes: Outcomes) -> None:
    """It leaves an earlier champion to roll back to as well."""
    ended = here(outcomes.shop.retrain())
    assert (ended.code, "version 2 is the champion" in ended.text) == (0, True)
    assert outcomes.intact.half() == outcomes.intact.left_over() == []


@pytest.mark.parametrize("kind", WITHIN)
def test_killed(outcomes: Outcomes, kind: str) -> None:
    random = np.random.default_rng([SEED, list(WITHIN).index(kind)])
    assert_mended(Kills(outcomes, random, WITHIN).strike(kind))


@pytest.mark.parametrize("misfortune", MISFORTUNES, ids=lambda misfortune: misfortune.name)
@pytest.mark.bench
def test_met_by_a_misfortune(outcomes: Outcomes, misfortune: Misfortune) -> None:
    found = misfortune.befall(outcomes)
    assert_mended(found)
    assert found.code in misfortune.codes
    assert not found.unclear, found.said
