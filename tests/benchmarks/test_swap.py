"""The benchmark of swaps, and that it sees what it looks for."""

import json
from argparse import Namespace
from pathlib import Path

import pytest

from benchmarks.steady import Load, Seen, Sent
from benchmarks.swap import PATH, measure
from benchmarks.versions import Versions
from features.arrays import DAY
from tests.training.futures import SETTINGS, shop
from training.trainer import Trainer


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions of a small shop."""
    folder, of = tmp_path_factory.mktemp("shop"), shop()
    trainer = Trainer(of, SETTINGS)
    trainer.fit(of.log.end - 7 * DAY, complete=True).save(folder / "bundles" / "1")
    trainer.fit(of.log.end, complete=True).save(folder / "bundles" / "2")
    (folder / "esnaf.toml").write_text("[serving]\nchampion_poll_s = 0.1\n")
    return folder


@pytest.mark.bench
@pytest.mark.service
def test_models_take_turns_under_load(workspace: Path) -> None:
    args = Namespace(data=None, workspace=workspace, seconds=8.0, swaps=2, rate=40.0, customers=50)
    figures = measure(args)
    assert (figures["failed"], figures["mixed"]) == (0, 0)
    assert (figures["swaps"], figures["versions_seen"]) == (2, 2)
    assert figures["requests"] == 320
    assert figures["p99_ratio"] > 0
    assert figures["memory_after_mb"] > 50
    assert figures.keys() == {
        *("requests", "swaps", "versions_seen", "failed", "mixed", "calm_p50_ms", "calm_p99_ms", "swap_p50_ms"),
        *("swap_p99_ms", "p99_ratio", "ready_p99_ratio", "memory_before_mb", "memory_after_mb", "memory_growth_mb"),
    }


def test_an_answer_of_the_other_version_is_seen(workspace: Path) -> None:
    versions = Versions.of(workspace, 50)
    first, second = versions.names
    who = next(i for i in range(50) if versions.answers[first][i] != versions.answers[second][i])
    names = ("product_id", "rank", "score", "source")
    items = [dict(zip(names, item, strict=True)) for item in versions.answers[first][who]]

    def answer(version: str) -> bytes:
        return json.dumps({"model_version": version, "items": items})[1:-1].encode()

    seen = Seen()
    seen.answers[who, answer(first)] += 3
    assert versions.mixed(seen) == 0
    seen.answers[who, answer(second)] += 2
    assert versions.mixed(seen) == 2
    assert versions.served(seen) == {first, second}


def test_a_service_that_is_not_there_fails_every_request() -> None:
    seen = Load("http://127.0.0.1:9", PATH, rate=100).run([Sent(b"{}", 0, ready=True)] * 10)
    assert (seen.failed, seen.seconds) == (10, [])
