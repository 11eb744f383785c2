"""Which bundle of a version stands for it on a window."""

from dataclasses import replace

import pytest

from features.arrays import DAY
from features.errors import RefusedError
from tests.training.contenders import Contenders


def test_the_newest_bundle_that_does_not_know_the_window(contenders: Contenders) -> None:
    contender, end = contenders.trained["1"], contenders.end
    assert contender.start == end - 28 * DAY
    assert contender.before(end - 28 * DAY) == contender.measured
    assert contender.before(end - 1) == contender.measured
    assert contender.before(end) == contender.final


def test_a_window_that_it_knows_is_refused(contenders: Contenders) -> None:
    contender = contenders.trained["1"]
    with pytest.raises(RefusedError, match=r"version 1 knows what happened until 20.*begin there or later"):
        contender.before(contender.start - 1)


def test_one_that_was_never_measured_has_its_own_bundle_only(contenders: Contenders) -> None:
    bare = replace(contenders.trained["1"], measured=None)
    assert bare.start == contenders.end
    assert bare.before(contenders.end) == bare.final


def test_its_size_is_that_of_its_files(contenders: Contenders) -> None:
    contender = contenders.trained["1"]
    files = [path for path in contender.final.rglob("*") if path.is_file() and path.name != "manifest.json"]
    assert contender.megabytes == pytest.approx(sum(path.stat().st_size for path in files) / 1e6)
