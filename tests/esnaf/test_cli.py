"""The command: exit codes, one line for every failure, JSON for machines, and a quick start."""

import json
import re
import subprocess
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from esnaf import commands
from esnaf.cli import main
from features.errors import ConfigError, RefusedError

HEAVY = ("numpy", "pandas", "pyarrow", "scipy", "lightgbm", "implicit", "mlflow", "matplotlib", "bentoml", "sqlalchemy")


def esnaf(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "esnaf", *words], capture_output=True, text=True, check=False)


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Mapping[str, Any]]], None]:
    """Puts a verb `init` of the test's own in place of the real one."""

    def put(run: Callable[[], Mapping[str, Any]]) -> None:
        def add_arguments(parser: ArgumentParser) -> None:
            parser.add_argument("--size", type=int)

        def show(result: Mapping[str, Any]) -> None:
            sys.stdout.write(f"shown {result['rows']}\n")

        def called(_: Namespace) -> Mapping[str, Any]:
            return run()

        own = SimpleNamespace(HELP="a test", add_arguments=add_arguments, run=called, show=show)
        monkeypatch.setattr(commands, "load", lambda _: own)

    return put


def raising(error: BaseException) -> Callable[[], Mapping[str, Any]]:
    def run() -> Mapping[str, Any]:
        raise error

    return run


def test_an_answer_for_people(verb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    verb(lambda: {"rows": 3})
    assert main(["init"]) == 0
    assert capsys.readouterr().out == "shown 3\n"


def test_an_answer_for_machines_is_alone_on_standard_output(verb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def chatty() -> Mapping[str, Any]:
        sys.stdout.write("a library talks\n")
        return {"rows": 3, "share": float("nan")}

    verb(chatty)
    assert main(["init", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {"rows": 3, "share": None}
    assert "a library talks" in captured.err


def test_a_check_that_failed_is_exit_code_1(verb: Any) -> None:
    verb(lambda: {"rows": 0, "ok": False})
    assert main(["init"]) == 1


@pytest.mark.parametrize(
    ("error", "code", "name"),
    [
        (ConfigError("esnaf.toml: [ranker] trees: 'x'\nis bad"), 2, "config_error"),
        (RefusedError("no"), 1, "refused_error"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (ModuleNotFoundError("No module named 'mlflow'", name="mlflow"), 2, "not_installed"),
        (OSError(28, "No space left on device", "x"), 1, "machine"),
        (OSError("of another kind"), 1, "unexpected"),
        (ZeroDivisionError("division by zero"), 1, "unexpected"),
        (ModuleNotFoundError("No module named 'esnaf.nowhere'", name="esnaf.nowhere"), 1, "unexpected"),
    ],
)
def test_a_failure_is_one_line_and_a_code(
    verb: Any, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, name: str
) -> None:
    verb(raising(error))
    assert main(["init", "--json"]) == code
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["code"] == name
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1


def test_the_traceback_of_the_unexpected_is_saved(verb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    verb(raising(ZeroDivisionError("division by zero")))
    assert main(["init"]) == 1
    place = capsys.readouterr().err.split()[-1]
    with open(place) as file:  # noqa: PTH123
        assert "Traceback" in file.read()


def test_with_no_room_for_details_it_is_told_without(
    verb: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    verb(raising(ZeroDivisionError("division by zero")))
    assert main(["init"]) == 1
    assert capsys.readouterr().err == "error: unexpected ZeroDivisionError: division by zero; please report it\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nonsense"], "invalid choice: 'nonsense'"),
        ([], "required: VERB"),
        (["init", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["init", "--forc"], "unrecognized arguments: --forc"),
        (["demo", "--seed", "x"], "argument --seed: invalid int value: 'x'"),
    ],
)
def test_wrong_arguments_are_exit_code_2(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "--help" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", commands.VERBS)
def test_every_verb_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert all(option in text for option in ("--workspace", "--json", "--help"))
    assert commands.load(name).HELP in " ".join(text.split())


def test_help_lists_every_verb_and_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom esnaf.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print('loaded:', *[name for name in {HEAVY} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.rstrip().endswith("loaded:")
    assert all(re.search(rf"\n    {name}\s", ran.stdout) for name in commands.VERBS)


def test_the_version() -> None:
    ran = esnaf("--version")
    assert ran.returncode == 0
    assert ran.stdout.startswith("esnaf 0.")


def test_openmp_threads_wait_without_spinning() -> None:
    code = "import esnaf.cli, os; print(os.environ['OMP_WAIT_POLICY'])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={})
    assert ran.stdout == "PASSIVE\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "esnaf", "doctor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait()
