"""`esnaf token`."""

import json
from pathlib import Path

import pytest

from esnaf.cli import main


def token(folder: Path, *words: str) -> int:
    return main(["token", *words, "--workspace", str(folder)])


def test_a_secret_is_shown_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert token(tmp_path, "make", "shop-web") == 0
    told = capsys.readouterr().out
    secret = told.split()[-1]
    assert told.startswith("shop-web may recommend, ingest. Its token is shown this once:")
    assert secret.startswith("esnaf_")
    assert token(tmp_path, "list") == 0
    assert token(tmp_path, "list", "--json") == 0
    later = capsys.readouterr()
    assert secret not in later.out + later.err + "".join(file.read_text() for file in tmp_path.iterdir())
    assert "shop-web" in later.out


def test_machines_get_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert token(tmp_path, "make", "ops", "--scopes", "admin, recommend", "--rate", "5", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["name"], made["scopes"], made["rate"]) == ("ops", ["recommend", "admin"], 5.0)
    secret = made.pop("token")
    assert token(tmp_path, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"needed": True, "tokens": [made]}
    assert token(tmp_path, "revoke", "ops", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"revoked": made, "left": 0}
    assert secret.startswith("esnaf_")


def test_who_is_answered_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    token(tmp_path, "list")
    assert capsys.readouterr().out == "no tokens; the service answers this machine alone\n"
    token(tmp_path, "make", "a")
    token(tmp_path, "make", "b")
    token(tmp_path, "revoke", "a")
    assert capsys.readouterr().out.endswith("a has no token any more\n")
    token(tmp_path, "revoke", "b")
    assert "the service answers nobody" in capsys.readouterr().out
    token(tmp_path, "list")
    assert capsys.readouterr().out == "no tokens; the service answers nobody\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["make"], "needs a name: who is to have the token"),
        (["revoke"], "needs a name"),
        (["list", "a"], "takes no name, and got 'a'"),
        (["list", "--rate", "3"], "--scopes and --rate are for `esnaf token make`"),
        (["revoke", "a", "--scopes", "admin"], "--scopes and --rate are for `esnaf token make`"),
        (["revoke", "a"], "there is no token 'a'"),
        (["make", "a", "--scopes", "root"], "'root' is no scope"),
        (["make", "a", "--scopes", ""], "is no scope"),
        (["make", "a", "--rate", "-1"], "--rate -1 is not above 0"),
        (["take", "a"], "invalid choice: 'take'"),
    ],
)
def test_what_cannot_be_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert token(tmp_path, *words) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
