"""`esnaf identity` and `esnaf secret`."""

import json
from pathlib import Path
from typing import Any

import pytest

from esnaf.cli import main
from features.consent.audit import read
from features.identity.keys import VARIABLE
from features.store.config import StoreConfig
from features.store.livestore import LiveStore

OLD, NEW = "the old secret of these tests is long", "the new secret of these tests is long"
EVENTS = """customer_id,anonymous_id,event_type,product_id,timestamp,properties
ann,web,identify,,2024-01-01,"{""email"": ""Ann@Example.com"", ""name"": ""Ann Lee""}"
ann2,,identify,,2024-01-02,"{""email"": ""ann@example.com""}"
"""
IDENTITIES = """customer_id,kind,value,seen_at
bob,email,Bob@example.com,2024-01-01
bob2,email,bob@EXAMPLE.com,2024-01-02
bob,anonymous_id,tablet,2024-01-03
bob,phone,+44 7700 900123,2024-01-03
cat,phone,0000,2024-01-03
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("ESNAF_STORE", raising=False)
    monkeypatch.setenv(VARIABLE, OLD)
    (tmp_path / "events.csv").write_text(EVENTS)
    (tmp_path / "identities.csv").write_text(IDENTITIES)
    assert main(["import", str(tmp_path / "events.csv"), "--workspace", str(tmp_path), "--json"]) == 0
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> Any:
    capsys.readouterr()
    assert main([*words, "--workspace", str(folder), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_merges_are_listed_and_taken_back(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    merges = told(capsys, shop, "identity", "list")["merges"]
    assert [(m["person"], m["member"], m["cause"]) for m in merges] == [
        ("ann", "ann2", "identify"),
        ("ann", "anon:web", "identify"),
    ]
    assert told(capsys, shop, "identity", "show", "ann2")["ids"] == ["ann", "ann2", "anon:web"]
    number = str(merges[0]["number"])
    assert told(capsys, shop, "identity", "undo", number) == {"undone": int(number)}
    assert told(capsys, shop, "identity", "show", "ann")["ids"] == ["ann", "anon:web"]
    assert told(capsys, shop, "identity", "list", "ann")["merges"][1]["undone"]
    assert main(["identity", "undo", number, "--workspace", str(shop)]) == 2
    assert main(["identity", "list", "--workspace", str(shop)]) == 0


def test_identifiers_are_shown_masked_and_found_however_they_are_written(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, shop, "identity", "show", "ann")["identifiers"]
    assert {one["value"] for one in found if one["kind"] == "email"} == {"A***@Example.com"}
    assert told(capsys, shop, "identity", "find", "email", " ANN@example.com")["person"] in {"ann", "ann2"}
    assert told(capsys, shop, "identity", "find", "email", "nobody@example.com") == {"person": None}


def test_looks_and_what_is_taken_back_are_in_the_audit_log(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    number = str(told(capsys, shop, "identity", "list")["merges"][0]["number"])
    told(capsys, shop, "identity", "list", "nobody")
    told(capsys, shop, "identity", "list", "ann")
    told(capsys, shop, "identity", "show", "ann2")
    told(capsys, shop, "identity", "find", "email", "ann@example.com")
    told(capsys, shop, "identity", "find", "email", "nobody@example.com")
    told(capsys, shop, "identity", "undo", number)
    store = LiveStore.open(shop, StoreConfig())
    try:
        found = [(one.actor, one.action, one.result) for one in reversed(read(store.backend))]
        assert len(read(store.backend, customer_id="ann")) == 3
    finally:
        store.close()
    assert found == [
        ("command", "identity list", "found"),
        ("command", "identity show", "found"),
        ("command", "identity find", "found"),
        ("command", "identity undo", "undone"),
    ]


def test_tombstones_outlast_a_new_secret(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(capsys, shop, "erase", "ann")
    monkeypatch.setenv(VARIABLE, f"{NEW},{OLD}")
    assert told(capsys, shop, "secret", "status")["left"] > 0
    assert told(capsys, shop, "secret", "rotate")["left"] == 0
    monkeypatch.setenv(VARIABLE, NEW)
    assert told(capsys, shop, "secret", "status")["left"] == 0
    assert told(capsys, shop, "import", str(shop / "events.csv"))["refused"]["erased"] > 0


def test_tables_of_identities_are_taken_in_once(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = told(capsys, shop, "identity", "import", str(shop / "identities.csv"))
    assert done == {"rows": 5, "links": 4, "changed": 2}
    assert told(capsys, shop, "identity", "show", "bob2")["ids"] == ["bob", "anon:tablet", "bob2"]
    again = told(capsys, shop, "identity", "import", str(shop / "identities.csv"))
    assert again == {"rows": 5, "links": 0, "changed": 0}
    merge = next(m for m in told(capsys, shop, "identity", "list")["merges"] if m["member"] == "bob2")
    told(capsys, shop, "identity", "undo", str(merge["number"]))
    assert told(capsys, shop, "identity", "show", "bob")["ids"] == ["bob", "anon:tablet"]
    files = b"".join(path.read_bytes() for path in shop.glob("store.db*"))
    for word in (b"xample", b"7700", b"Lee"):
        assert word not in files


def test_a_probability_that_is_none_is_told(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["ann,email,a@example.org,0.95", "bob,email,b@example.org,1.5", "cem,email,c@example.org,often"]
    (shop / "likely.csv").write_text("\n".join(["customer_id,kind,value,probability", *rows]))
    assert main(["identity", "import", str(shop / "likely.csv"), "--workspace", str(shop)]) == 0
    found = capsys.readouterr()
    assert "identity.bad_probability rows=2" in found.err


def test_tables_of_identities_bring_nobody_back(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, shop, "erase", "bob")
    done = told(capsys, shop, "identity", "import", str(shop / "identities.csv"))
    assert done == {"rows": 5, "links": 1, "changed": 0}
    assert told(capsys, shop, "identity", "find", "email", "bob@example.com") == {"person": "bob2"}


def test_changed_settings_are_settled(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, shop, "identity", "settle") == {"changed": 0}
    (shop / "esnaf.toml").write_text("[identity.kinds.email]\nowners = 1\n")
    assert told(capsys, shop, "identity", "settle") == {"changed": 1}
    assert told(capsys, shop, "identity", "show", "ann2")["ids"] == ["ann2"]
    assert main(["identity", "settle", "--workspace", str(shop)]) == 0


def test_a_new_secret_takes_over(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f"{NEW},{OLD}")
    assert told(capsys, shop, "secret", "status")["left"] == 2
    (shop / "more.csv").write_text(
        "customer_id,product_id,event_type,timestamp,properties\n"
        'ann3,,identify,2024-02-01,"{""email"": ""ann@example.com""}"\n'
    )
    told(capsys, shop, "import", str(shop / "more.csv"))
    assert told(capsys, shop, "identity", "show", "ann3")["ids"] == ["ann", "ann2", "ann3", "anon:web"]
    assert told(capsys, shop, "secret", "rotate") | {"keys": []} == {
        "keys": [], "identifiers": 1, "traits": 1, "left": 0,
    }  # fmt: skip
    monkeypatch.setenv(VARIABLE, NEW)
    assert told(capsys, shop, "identity", "find", "email", "ann@example.com") == {"person": "ann"}
    assert told(capsys, shop, "identity", "show", "ann")["ids"] == ["ann", "ann2", "ann3", "anon:web"]
    assert told(capsys, shop, "secret", "status")["left"] == 0


def test_a_secret_that_is_missing_is_told(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, NEW)
    assert main(["secret", "rotate", "--workspace", str(shop)]) == 1
    assert "add the secret" in capsys.readouterr().err
    monkeypatch.delenv(VARIABLE)
    assert main(["secret", "status", "--workspace", str(shop)]) == 1
    assert "esnaf secret new" in capsys.readouterr().err
    assert main(["identity", "find", "email", "a@b.cd", "--workspace", str(shop)]) == 1


def test_new_secrets_differ_and_are_long_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {told(capsys, tmp_path, "secret", "new")["secret"] for _ in range(3)}
    assert len(secrets) == 3
    monkeypatch.setenv(VARIABLE, secrets.pop())
    assert told(capsys, tmp_path, "secret", "status")["left"] == 0


def test_words_that_do_not_fit_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identity", "undo", "--workspace", str(tmp_path)]) == 2
    assert "undo NUMBER" in capsys.readouterr().err
    assert main(["identity", "list", "--workspace", str(tmp_path)]) == 1
    assert "no live store" in capsys.readouterr().err
