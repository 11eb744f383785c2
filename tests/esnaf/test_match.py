"""`esnaf match`: what it writes and refuses."""

import json
import stat
from pathlib import Path

import pandas as pd
import pytest

from esnaf.arguments import invoke
from esnaf.cli import main
from tests.training.matching.persons import PERSON, persons


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("people") / "people.csv"
    table = persons(500)
    table.insert(0, "customer_id", [f"c{i}" for i in range(len(table))])
    table.rename(columns={PERSON: "shoe_size"}).to_csv(file, index=False)
    return file


def test_links_and_what_is_to_be_looked_at_are_written(people: Path, tmp_path: Path) -> None:
    links, review = tmp_path / "links.csv", tmp_path / "review.csv"
    place = ["--workspace", str(tmp_path), "-o", str(links), "--review", str(review)]
    answer = invoke("match", str(people), *place, "--threshold", "0.99")
    truth = pd.read_csv(people).set_index("customer_id")["shoe_size"]
    written = pd.read_csv(links)
    assert list(written) == ["customer_id", "kind", "value", "probability"]
    assert answer["links"] == len(written) > 80
    assert (written["probability"] >= 0.99).all()
    same = truth[written["customer_id"]].to_numpy() == truth[written["value"]].to_numpy()
    assert same.mean() > 0.98
    pairs = pd.read_csv(review, dtype=str)
    assert len(pairs) == 2 * answer["reviewed"] == 2 * answer["to_review"]
    assert {"pair", "probability", "same", "first_name", "dob"} <= set(pairs)
    assert stat.S_IMODE(review.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("id,name\n1,a\n", [], "no column 'customer_id'"),
        ("customer_id,name,city\n1,a,b\n1,c,d\n", [], "there twice"),
        ("customer_id,name,city\n,a,b\n", [], "row 1 has no 'customer_id'"),
        ("customer_id,size,colour\n1,a,b\n2,c,d\n", [], "say who somebody is"),
        ("customer_id,name,city\n1,a,b\n", ["--threshold", "2"], "not above 0 and below 1"),
    ],
)
def test_what_cannot_be_matched_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: list[str], said: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(text)
    code = main(["match", str(file), "-o", str(tmp_path / "l.csv"), "--workspace", str(tmp_path), "--quiet", *words])
    assert code == 2
    assert said in capsys.readouterr().err


def test_people_stand_in_no_log(people: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", str(people), "-o", str(tmp_path / "l.jsonl"), "--workspace", str(tmp_path), "--json"]) == 0
    captured = capsys.readouterr()
    table = pd.read_csv(people, dtype=str)
    assert json.loads(captured.out)["records"] == len(table)
    for value in (*table["email"].dropna()[:50], *table["last_name"].dropna()[:50]):
        assert value not in captured.out + captured.err
