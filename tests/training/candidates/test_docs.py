"""docs/candidates.md says what is there, and its example runs."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from tests.training.candidates.shop import shop
from training.candidates.propose import propose
from training.candidates.registry import BUILT_IN

TEXT = (Path(__file__).parents[3] / "docs" / "candidates.md").read_text()


def test_every_generator_is_in_the_table() -> None:
    table = TEXT.split("## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(name for row in rows for name in re.findall(r"`(\w+)`", row)) == sorted(BUILT_IN)


def test_the_example_runs() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {"__name__": "my_shop.candidates"}
    exec(code, names)  # noqa: S102  # the documentation's own code
    generator, snapshot = names["Weekly"](), shop().snapshot()
    generator.fit(snapshot)
    best = propose(generator, shop().request(snapshot, np.arange(3)), 5).candidates
    assert best.offsets.tolist() == [0, 5, 10, 15]
    assert best.score[0] == snapshot.market.sold_7.max()
