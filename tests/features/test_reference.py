"""docs/features.md is current, whole, and its example runs."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features import reference
from features.registry import REGISTRY
from tests.features.hand import PRODUCTS, Event, catalogue, history, values


def test_the_page_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["reference", "--check"])
    assert reference.main() == 0


def test_a_page_that_is_not_current_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reference, "PAGE", tmp_path / "features.md")
    monkeypatch.setattr(sys, "argv", ["reference", "--check"])
    assert reference.main() == 1
    assert capsys.readouterr().err == "docs/features.md is not current: run `make docs`\n"
    monkeypatch.setattr(sys, "argv", ["reference"])
    assert reference.main() == 0
    monkeypatch.setattr(sys, "argv", ["reference", "--check"])
    assert reference.main() == 0


def test_every_feature_stands_in_its_family() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+) \|$", reference.page(), re.MULTILINE)
    own = {f.name: (f.unit, f.about) for f in REGISTRY.values() if f.compute.__module__.startswith("features.")}
    assert {name: (unit, about) for name, unit, about in rows if name in own} == own
    assert {name for name, _, _ in rows} - own.keys() == {"GENERATOR_score", "GENERATOR_rank"}


def test_the_example_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", reference.page(), re.DOTALL)
    names: dict[str, Any] = {"__name__": "mine"}
    before = dict(REGISTRY)
    try:
        exec(code, names)  # noqa: S102  # the documentation's own code
        (name,) = REGISTRY.keys() - before.keys()
        shop = replace(catalogue(), price=np.full(len(PRODUCTS), 2.0, np.float32))
        assert values(name, history([Event("a", 390, price=3.0)]), [(0, "a")], shop=shop) == [1.5]
        assert REGISTRY[name].family == "mine"
    finally:
        REGISTRY.clear()
        REGISTRY.update(before)
