"""How settings reach the workers."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from features.errors import UsageError
from serving import environment


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (environment.WORKERS, environment.AS_OF):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(environment.WORKSPACE, str(tmp_path))


def test_the_current_folder_is_the_workspace_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert environment.workspace() == tmp_path
    monkeypatch.delenv(environment.WORKSPACE)
    assert environment.workspace() == Path()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "esnaf.toml").write_text("[serving]\nworkers = 3\nclock_step_s = 60\n")
    assert environment.workers() == 3
    monkeypatch.setenv(environment.WORKERS, "2")
    assert environment.workers() == 2
    assert environment.clock().step == 60


def test_the_clock_runs_unless_it_is_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment.clock().fixed is None
    monkeypatch.setenv(environment.AS_OF, "1970-01-02")
    assert environment.clock().fixed == 86_400


@pytest.mark.parametrize("text", ["0", "-1", "two", "1.5"])
def test_a_wrong_number_of_workers_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(environment.WORKERS, text)
    with pytest.raises(UsageError, match=f"ESNAF_WORKERS='{text}' is not a number of processes"):
        environment.workers()


def test_what_the_ranker_would_drag_along_stays_out_and_can_still_be_had() -> None:
    code = (
        "import sys; from serving import environment; environment.import_ranker(); "
        "print(sorted({'lightgbm', 'pandas', 'pyarrow', 'sklearn'} & set(sys.modules))); "
        "import pandas; print(pandas.Series([1]).sum())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['lightgbm']", "1"]


def test_there_is_room_for_all_connections() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (300, before[1]))
        environment.allow_connections(20)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 300
        environment.allow_connections(200)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 400
        environment.allow_connections(before[1] + 1_000)
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
