"""A bar where somebody looks, lines where nobody does."""

import io
import logging
import os
import pty
import re
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from features import logs
from training.tuning.patience import Patience
from training.tuning.progress import Progress


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    logger = logging.getLogger("esnaf")
    before = logger.handlers[:], logger.propagate, logger.level
    yield
    logger.handlers[:], logger.propagate, logger.level = before


def three_trials() -> None:
    with Patience(90) as patience, closing(Progress(patience, 4)) as progress:
        progress.ended(4, "complete", 0.4, "none", 1.0)
        progress.ended(5, "pruned", 0.9, "ranker.trees = 9", 1.0)
        progress.ended(6, "complete", 0.41, "ranker.trees = 99", 1.0)
        progress.step("tune.again", number=6)


def test_elsewhere_each_trial_is_a_line() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)
    three_trials()
    lines = stream.getvalue().splitlines()
    assert len(lines) == 4
    assert lines[0].endswith("info tune.trial number=4 state=complete ndcg_at_20=0.4 seconds=1 changes=none")
    assert lines[3].endswith("tune.again number=6")
    assert "\r" not in stream.getvalue()


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, *, quiet: bool) -> str:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        logs.configure(quiet=quiet)
        three_trials()
        terminal.write("end")
        terminal.flush()
        shown = b""
        while not shown.endswith(b"end"):
            shown += os.read(ours, 10_000)
    os.close(ours)
    return shown.decode()


def test_on_a_terminal_there_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = on_a_terminal(monkeypatch, quiet=False)
    assert re.search(r"tuning \|.*\| 00:00 of 01:30, 7 trials, best 0\.4100 \(\+2\.5 %\)", shown)
    assert "tune.trial" not in shown
    assert shown.endswith(" \rend")  # nothing of it stays


def test_quiet_means_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_a_terminal(monkeypatch, quiet=True) == "end"
