"""The file of tokens: what is kept, and what is refused."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from features.errors import ConfigError, UsageError
from serving.tokens import FILE, VARIABLE, TokenFile, digest_of


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile.of(tmp_path)


def test_the_secret_is_long_and_stands_nowhere(file: TokenFile) -> None:
    token, secret = file.make("shop-web", ["recommend", "ingest"])
    assert len(secret) == len("esnaf_") + 43  # 256 bits
    assert secret not in file.path.read_text()
    assert secret not in repr(token)
    assert file.read() == (token,)
    assert token.digest == digest_of(secret.encode())


def test_no_two_secrets_are_equal(file: TokenFile) -> None:
    assert len({file.make(f"t{i}", ["admin"])[1] for i in range(20)}) == 20


def test_only_the_owner_may_read_it(file: TokenFile) -> None:
    file.make("ops", ["admin"])
    assert file.path.stat().st_mode & 0o777 == 0o600
    file.make("more", ["admin"])
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.path.parent.iterdir()] == [FILE]


def test_what_is_known_of_a_token_comes_back(file: TokenFile) -> None:
    file.make("ops", ["admin"], rate=2.5)
    file.make("shop", ["ingest", "recommend"])
    ops, shop = TokenFile(file.path).read() or ()
    assert (ops.name, ops.scopes, ops.rate) == ("ops", frozenset({"admin"}), 2.5)
    assert (shop.name, shop.scopes, shop.rate) == ("shop", frozenset({"recommend", "ingest"}), None)
    assert shop.made.endswith("Z")


def test_without_a_file_there_are_none_and_with_the_last_gone_the_file_stays(file: TokenFile) -> None:
    assert file.read() is None
    file.make("ops", ["admin"])
    assert file.revoke("ops").name == "ops"
    assert file.read() == ()


@pytest.mark.parametrize("name", ["", " ", "a b", "-a", ".", "x" * 65, "ö", "a\n", "../a"])
def test_names_that_cannot_be(file: TokenFile, name: str) -> None:
    with pytest.raises(UsageError, match="is no name for a token"):
        file.make(name, ["admin"])
    assert not file.path.exists()


def test_what_else_cannot_be_made_or_revoked(file: TokenFile) -> None:
    file.make("ops", ["admin"])
    refused: list[tuple[Callable[[], object], str]] = [
        (lambda: file.make("ops", ["admin"]), "there is a token 'ops' already"),
        (lambda: file.make("b", ["root"]), "'root' is no scope; there are recommend, ingest, admin"),  # type: ignore[list-item]
        (lambda: file.make("b", []), "nothing is no scope"),
        (lambda: file.make("b", ["admin"], rate=0.0), "--rate 0 is not above 0"),
        (lambda: file.make("b", ["admin"], rate=float("nan")), "--rate nan is not above 0"),
        (lambda: file.revoke("b"), "there is no token 'b'"),
    ]
    for make, words in refused:
        with pytest.raises(UsageError, match=words):
            make()
    assert [token.name for token in file.read() or ()] == ["ops"]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": 2, "tokens": []}', '{"format": 1, "tokens": [{}]}', '{"format": 1, "tokens": 3}'],
)
def test_a_damaged_file_is_told_and_never_taken_for_none(file: TokenFile, text: str) -> None:
    file.path.write_text(text)
    file.path.chmod(0o600)
    with pytest.raises(ConfigError, match="is no file of tokens"):
        file.read()


@pytest.mark.parametrize("spoiled", [{"sha256": "abcd"}, {"sha256": "zz"}, {"scopes": ["root"]}, {"name": "a b"}])
def test_a_damaged_token_is_told(file: TokenFile, spoiled: dict[str, object]) -> None:
    file.make("ops", ["admin"])
    value = json.loads(file.path.read_text())
    value["tokens"][0] |= spoiled
    file.path.write_text(json.dumps(value))
    with pytest.raises(ConfigError, match="is no file of tokens"):
        file.read()


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_trusted(file: TokenFile, mode: int) -> None:
    file.make("ops", ["admin"])
    file.path.chmod(mode)
    with pytest.raises(ConfigError, match="others may write it; `chmod 600` it"):
        file.read()


def test_it_may_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "secret.json"))
    TokenFile.of(tmp_path / "shop").make("ops", ["admin"])
    assert (tmp_path / "secret.json").exists()


def test_where_it_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be opened"):
        TokenFile.of(tmp_path / "absent").make("ops", ["admin"])


def test_two_who_change_it_at_once_lose_nothing(file: TokenFile) -> None:
    makers = [threading.Thread(target=file.make, args=(f"t{i}", ["admin"])) for i in range(12)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert sorted(token.name for token in file.read() or ()) == sorted(f"t{i}" for i in range(12))
