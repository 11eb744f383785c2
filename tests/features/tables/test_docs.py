"""docs/data.md tells every column, event type and reason."""

from pathlib import Path

from features.kinds import Kind
from features.tables.columns import CANONICAL
from features.tables.reasons import MEANING, Reason

PAGE = (Path(__file__).parents[3] / "docs" / "data.md").read_text()


def test_every_reason_stands_there_with_its_meaning() -> None:
    assert list(MEANING) == list(Reason)
    for reason, meaning in MEANING.items():
        assert f"| `{reason}` | {meaning} |" in PAGE


def test_every_column_and_event_type_stands_there() -> None:
    for table, columns in CANONICAL.items():
        part = PAGE.split(f"**{table}**")[1].split("\n\n**")[0].split("\n## ")[0]
        missing = [column for column in columns if column not in part]
        assert not missing, table
    assert all(f"`{kind.name.lower()}`" in PAGE for kind in Kind)
