"""Answers are read from the events of tables, each once, if they lie on their scale."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from features.identity.aliases import Aliases
from features.settings import Settings
from features.tables import TablesConfig
from features.tables.sources import readers
from features.vocabulary import Vocabulary
from training.kpi.answers import KINDS, Answers

NAMES = ("customer_id", "event_type", "timestamp", "properties")
ROWS = [
    ("a", "survey", {"kind": "nps", "score": 9}),
    ("a", "survey", {"kind": "nps", "score": 9}),  # sent twice
    ("b", "Survey", {"kind": "CSAT", "score": "4"}),
    ("b", "survey", {"kind": "csat", "score": 6}),  # off the scale
    ("b", "survey", {"kind": "mood", "score": 1}),
    ("b", "survey", "not json"),
    ("b", "survey", {"score": 3}),
    ("stranger", "survey", {"kind": "ces", "score": 3}),
    ("kiosk", "survey", {"kind": "ces", "score": 3}),
    ("second", "survey", {"kind": "ces", "score": 2}),
    ("a", "purchase", {"kind": "ces", "score": 3}),
]


def read(folder: Path, rows: list[dict[str, object]]) -> Answers:
    (folder / "events.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    config, customers = TablesConfig.of(Settings({})), Vocabulary.of(["b", "a"])
    ids, persons, nobody = (pa.array(texts, pa.string()) for texts in (["second"], ["a"], ["kiosk"]))
    aliases = Aliases.of(ids, persons, nobody, customers=customers, change=0)
    return Answers.read(readers("events", config.events, folder), config, customers, aliases)


def test_those_on_a_scale_are_read_once(tmp_path: Path) -> None:
    rows = [
        {**row, "product_id": None, "timestamp": "2026-01-02T00:00:00Z"}
        for row in (dict(zip(("customer_id", "event_type", "properties"), row, strict=True)) for row in ROWS)
    ]
    found = read(tmp_path, rows)
    told = zip(found.customer.tolist(), found.kind.tolist(), found.score.tolist(), strict=True)
    assert sorted(told) == [
        (0, KINDS.index("csat"), 4.0),
        (1, KINDS.index("ces"), 2.0),
        (1, KINDS.index("nps"), 9.0),
    ]


def test_live_answers_have_the_canonical_columns_whatever_the_files_have(tmp_path: Path) -> None:
    files, live = tmp_path / "files", tmp_path / "live"
    said = '{"kind": "nps", "score": 9}'
    for folder, names in ((files, ("KdNr", "Was", "Wann", "Mehr")), (live, NAMES)):
        folder.mkdir()
        row = ("a" if folder == files else "b", "survey", "2026-01-02T00:00:00Z", said)
        said_so = {**dict(zip(names, row, strict=True)), "product_id": None}
        (folder / "events.jsonl").write_text(json.dumps(said_so) + "\n")
    mapped = {"columns": dict(zip(NAMES, ("KdNr", "Was", "Wann", "Mehr"), strict=True))}
    config = TablesConfig.of(Settings({"tables": {"events": mapped}}))
    (own,) = readers("events", TablesConfig().events, live)
    none = Aliases.none()
    found = Answers.read(readers("events", config.events, files), config, Vocabulary.of(["b", "a"]), none, live=own)
    assert sorted(found.customer.tolist()) == [0, 1]


@pytest.mark.parametrize("more", [{}, {"event_type": "purchase", "properties": {"kind": "nps", "score": 9}}])
def test_tables_without_surveys_have_no_answers(tmp_path: Path, more: dict[str, object]) -> None:
    found = read(tmp_path, [{"customer_id": "a", "product_id": "p", "timestamp": "2026-01-02", **more}])
    assert len(found.score) == 0
