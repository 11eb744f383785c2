"""docs/exposures.md: its example runs on what the log writes, and its table has the columns."""

import re
from pathlib import Path

import pytest

from esnaf.tablefile import write_table
from features.exposures.log import ExposureLog
from features.exposures.outcomes import SCHEMA, Totals, tables
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from features.store.reader import Reader
from tests.features.exposures.shows import answer, listed, write
from tests.features.store.places import events

PAGE = (Path(__file__).parents[3] / "docs" / "exposures.md").read_text()


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Two answers in the order of the list, each with a click on the second place, down to which it had the probability
    1/8, and two in another order: the clicks of the two count eightfold.
    """
    log, one = ExposureLog.open(tmp_path, StoreConfig()), listed(propensities=[0.5, 0.25, 1.0])
    own = [answer(one, number) for number in (0, 2)]
    others = [answer(one, number, places=[4, 1, 2], propensities=[0.5, 0.5, 0.5]) for number in (1, 3)]
    answers = [own[0], others[0], own[1], others[1]]
    write(log, [one], answers)
    store = LiveStore.open(tmp_path, StoreConfig())
    for number, shown in enumerate(answers):
        product = "lid" if number % 2 else "cup"
        store.append(events(number, event_type="click", recommendation_id=shown.recommendation_id, product_id=product))
    reader = Reader(store.backend)
    write_table(tmp_path / "shown.parquet", SCHEMA, tables(log.backend, reader, 0, 2**40, Totals()))
    reader.close()
    store.close()
    log.close()
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "docs/exposures.md", "exec"), {})  # noqa: S102  # our own page
    assert capsys.readouterr().out.startswith("clicks a list: 1.000 as shown\nwithout exploration: 4.000 +- ")


def test_its_table_has_all_columns() -> None:
    first = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    assert re.findall(r"`(\w+)`", " ".join(first)) == SCHEMA.names
