"""Who is let in."""

from pathlib import Path
from typing import Any

import pytest

from features.errors import ConfigError
from serving.config import ServingConfig
from serving.errors import RequestError
from serving.gate import Gate, is_loopback
from serving.tokens import TokenFile
from tests.serving.asked import a_call

LISTS, EVENTS, OPS = frozenset({"recommend"}), frozenset({"ingest"}), frozenset({"admin"})


class Time:
    """A clock that stands until it is moved."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    return TokenFile.of(tmp_path)


def refused(gate: Gate, scopes: frozenset[str] = LISTS, **head: Any) -> RequestError:
    with pytest.raises(RequestError) as caught:
        gate.admit(a_call(**head), scopes)
    return caught.value


def test_a_token_opens_what_its_scopes_say(file: TokenFile) -> None:
    token, secret = file.make("web", ["recommend"])
    gate = Gate(file, ServingConfig())
    call = a_call(authorization=f"Bearer {secret}", client="192.0.2.7")
    gate.admit(call, LISTS)
    assert call.holder is not None
    assert call.holder.token == token
    gate.admit(call, LISTS | OPS)
    for scopes in (EVENTS, OPS, EVENTS | OPS):
        problem = refused(gate, scopes, authorization=f"Bearer {secret}")
        assert (problem.status, problem.code) == (403, "forbidden")
        assert "yours has recommend" in str(problem)


@pytest.mark.parametrize("form", ["bearer {}", "BEARER {}", "Bearer  {}", "Bearer {} "])
def test_the_scheme_is_read_as_the_standard_has_it(file: TokenFile, form: str) -> None:
    secret = file.make("web", ["recommend"])[1]
    Gate(file, ServingConfig()).admit(a_call(authorization=form.format(secret)), LISTS)


@pytest.mark.parametrize(
    "form", ["", "Bearer", "Bearer ", "Basic {}", "{}", "Bearer{}", "Bearer x{}", "Bearer {}x", "Bearer {} {}"]
)
def test_anything_else_is_no_token(file: TokenFile, form: str) -> None:
    secret = file.make("web", ["recommend"])[1]
    problem = refused(Gate(file, ServingConfig()), authorization=form.format(secret, secret))
    assert (problem.status, problem.code) == (401, "unauthorized")
    assert problem.headers["WWW-Authenticate"].startswith("Bearer")
    assert secret not in str(problem)


def test_wrong_tokens_are_refused_however_they_look(file: TokenFile) -> None:
    secret = file.make("web", ["recommend"])[1]
    gate = Gate(file, ServingConfig())
    digest = TokenFile(file.path).read()[0].digest.hex()  # type: ignore[index]
    for wrong in (secret[:-1], secret.swapcase(), secret[6:], digest, "x" * 10_000, "ä", "\x00", "' or 1=1 --"):
        assert refused(gate, authorization=f"Bearer {wrong}").status == 401
    assert refused(gate).status == 401


def test_once_there_are_tokens_this_machine_needs_one_too(file: TokenFile) -> None:
    file.make("web", ["recommend"])
    assert refused(Gate(file, ServingConfig()), client="127.0.0.1").status == 401


@pytest.mark.parametrize("near", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_without_tokens_this_machine_is_let_in(file: TokenFile, near: str) -> None:
    gate = Gate(file, ServingConfig())
    gate.admit(a_call(client=near), OPS)
    assert not gate.locked
    assert is_loopback(near)


@pytest.mark.parametrize("far", ["192.0.2.7", "10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "0.0.0.0", "", "localhost"])  # noqa: S104
def test_without_tokens_nobody_else_is(file: TokenFile, far: str) -> None:
    problem = refused(Gate(file, ServingConfig()), client=far)
    assert (problem.status, problem.code) == (403, "this_machine_only")
    assert "esnaf token make" in str(problem)


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded", "x_real_ip"])
def test_without_tokens_a_proxy_of_this_machine_lets_nobody_in(file: TokenFile, header: str) -> None:
    assert refused(Gate(file, ServingConfig()), scopes=LISTS, **{header: "127.0.0.1"}).code == "this_machine_only"


def test_a_sender_without_an_address_is_not_near(file: TokenFile) -> None:
    with pytest.raises(RequestError, match="its own machine alone"):
        Gate(file, ServingConfig()).admit(a_call(client=None), LISTS)


def test_changes_of_the_file_count_at_the_next_look(file: TokenFile, time: Time) -> None:
    gate = Gate(file, ServingConfig(), clock=time)
    first = file.make("first", ["recommend"])[1]
    gate.admit(a_call(), LISTS)  # not yet
    time.now += 1
    assert refused(gate).status == 401
    gate.admit(a_call(authorization=f"Bearer {first}"), LISTS)
    second = file.make("second", ["recommend"])[1]
    file.revoke("first")
    time.now += 1
    gate.admit(a_call(authorization=f"Bearer {second}"), LISTS)
    assert refused(gate, authorization=f"Bearer {first}").status == 401


def test_a_new_token_counts_at_once(file: TokenFile, time: Time) -> None:
    file.make("first", ["recommend"])
    gate = Gate(file, ServingConfig(), clock=time)
    second = file.make("second", ["recommend"])[1]
    gate.admit(a_call(authorization=f"Bearer {second}"), LISTS)


def test_what_was_locked_is_never_open_again(file: TokenFile, time: Time) -> None:
    secret = file.make("only", ["recommend"])[1]
    gate = Gate(file, ServingConfig(), clock=time)
    file.revoke("only")
    time.now += 1
    assert refused(gate, authorization=f"Bearer {secret}").status == 401
    assert refused(gate).status == 401
    file.path.unlink()
    time.now += 1
    assert refused(gate).status == 401


def test_a_file_that_is_damaged_later_changes_nothing(file: TokenFile, time: Time) -> None:
    secret = file.make("web", ["recommend"])[1]
    gate = Gate(file, ServingConfig(), clock=time)
    file.path.write_text("not json")
    time.now += 1
    gate.admit(a_call(authorization=f"Bearer {secret}"), LISTS)
    assert refused(gate).status == 401
    with pytest.raises(ConfigError, match="is no file of tokens"):
        Gate(file, ServingConfig())


def test_a_token_has_its_rate_and_the_others_theirs(file: TokenFile, time: Time) -> None:
    busy = file.make("busy", ["recommend"], rate=2.0)[1]
    other = file.make("other", ["recommend"])[1]
    gate = Gate(file, ServingConfig(rate_per_s=1.0, burst_s=2.0), clock=time)
    for _ in range(4):
        gate.admit(a_call(authorization=f"Bearer {busy}"), LISTS)
    problem = refused(gate, authorization=f"Bearer {busy}")
    assert (problem.status, problem.code, problem.headers["Retry-After"]) == (429, "too_many_requests", "1")
    for _ in range(2):
        gate.admit(a_call(authorization=f"Bearer {other}"), LISTS)
    assert refused(gate, authorization=f"Bearer {other}").status == 429
    time.now += 1
    gate.admit(a_call(authorization=f"Bearer {busy}"), LISTS)


def test_a_batch_counts_as_its_lists(file: TokenFile, time: Time) -> None:
    secret = file.make("busy", ["recommend"], rate=1.0)[1]
    gate = Gate(file, ServingConfig(burst_s=10.0), clock=time)
    call = a_call(authorization=f"Bearer {secret}")
    gate.admit(call, LISTS)
    gate.charge(call, 99)
    assert refused(gate, authorization=f"Bearer {secret}").headers["Retry-After"] == "91"


def test_what_a_token_used_is_not_forgotten_when_another_is_made(file: TokenFile, time: Time) -> None:
    secret = file.make("busy", ["recommend"], rate=1.0)[1]
    gate = Gate(file, ServingConfig(burst_s=1.0), clock=time)
    gate.admit(a_call(authorization=f"Bearer {secret}"), LISTS)
    file.make("other", ["admin"])
    time.now += 0.6
    assert refused(gate, authorization=f"Bearer {secret}").status == 429


def test_without_a_limit_nothing_is_counted(file: TokenFile, time: Time) -> None:
    secret = file.make("web", ["recommend"])[1]
    gate = Gate(file, ServingConfig(), clock=time)
    for _ in range(10_000):
        gate.admit(a_call(authorization=f"Bearer {secret}"), LISTS)
