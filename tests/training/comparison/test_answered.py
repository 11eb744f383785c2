"""Lists that a bundle gave are as good as asking it again."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.contenders import Contenders
from training.comparison import answered as module
from training.comparison.answered import FILE, Answered
from training.comparison.contender import Contender
from training.evaluation.lists import Lists
from training.evaluation.protocol import MODEL
from training.measuring import measure


@pytest.fixture
def contender(contenders: Contenders, tmp_path: Path) -> Contender:
    """The first, with a copy of its measured bundle for a test of its own."""
    measured = contenders.trained["1"].measured
    assert measured is not None
    return replace(contenders.trained["1"], measured=shutil.copytree(measured, tmp_path / "measured"), _loaded={})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many customers were asked about, each time."""
    times: list[int] = []

    def noted(model: object, customers: np.ndarray, *rest: object, **named: object) -> object:
        times.append(len(customers))
        return measure(model, customers, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "measure", noted)
    return times


def keep(contender: Contender, contenders: Contenders, customers: np.ndarray) -> Path:
    assert contender.measured is not None
    model, log = contender.load(contender.measured), contenders.shop.log
    lists = measure(model, customers, log, generators=False).lists[MODEL]
    path = contender.measured.parent / FILE
    Answered.of(model, customers, lists, log).write(path, contender.measured)
    return path


def lists_of(contender: Contender, contenders: Contenders) -> Lists:
    assert contender.measured is not None
    model = contender.load(contender.measured)
    customers = contenders.window.truth.customer
    return Answered.read(contender.measured).lists(model, customers, contenders.shop.log)


def assert_as_asked(found: Lists, contender: Contender, contenders: Contenders) -> None:
    assert contender.measured is not None
    model, customers = contender.load(contender.measured), contenders.window.truth.customer
    wanted = measure(model, customers, contenders.shop.log, generators=False).lists[MODEL]
    for mode, part in wanted.modes.items():
        np.testing.assert_array_equal(found.modes[mode].products, part.products, err_msg=mode)
        np.testing.assert_array_equal(found.modes[mode].scores, part.scores, err_msg=mode)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_only_those_that_were_not_asked_for_are(
    contender: Contender, contenders: Contenders, share: float, asked: list[int]
) -> None:
    customers = contenders.window.truth.customer
    if share:
        keep(contender, contenders, customers[: int(share * len(customers))])
    found = lists_of(contender, contenders)
    assert asked == [len(customers) - int(share * len(customers))]
    assert_as_asked(found, contender, contenders)


def test_a_side_takes_them_unless_it_is_to_be_explained(
    contender: Contender, contenders: Contenders, asked: list[int]
) -> None:
    keep(contender, contenders, contenders.window.truth.customer)
    side, whole = (contenders.window.side(contender, explained=explained) for explained in (False, True))
    assert asked == [0]
    assert side.importance is None
    assert whole.importance is not None
    for mode, scores in whole.report.scores[MODEL].items():
        for name, values in scores.values.items():
            np.testing.assert_array_equal(side.report.scores[MODEL][mode].values[name], values)


@pytest.mark.parametrize("change", ["another bundle", "half", "gone", "no arrays"])
def test_what_is_not_of_the_bundle_or_not_whole_does_not_count(
    contender: Contender, contenders: Contenders, change: str, asked: list[int]
) -> None:
    customers = contenders.window.truth.customer
    path = keep(contender, contenders, customers)
    if change == "another bundle":
        Answered.read(path.parent / "measured").write(path, contender.final)
    elif change == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:300] if change == "half" else b"text")
    found_lists = lists_of(contender, contenders)
    assert asked == [len(customers)]
    assert_as_asked(found_lists, contender, contenders)
