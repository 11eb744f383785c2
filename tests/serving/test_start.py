"""Starting the service, and what stands in the way of it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest

from esnaf.cli import main
from esnaf.process import free_port, running
from serving import environment
from tests.serving.patient import PATIENCE
from training import pointer
from training.bundle import MANIFEST, seal

ONLY_FOR_TRAINING = {"mlflow", "implicit", "duckdb", "matplotlib", "sklearn", "pandas", "pyarrow"}
ONLY_FOR_THE_STORE = {"sqlalchemy", "psycopg"}


def served(capsys: pytest.CaptureFixture[str], workspace: Path, *words: str) -> tuple[int, str]:
    """The exit code and the one line of an `esnaf serve` that cannot start."""
    code = main(["serve", "--workspace", str(workspace), *words])
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return code, printed.err


def test_without_a_model_it_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = f"error: no model in {tmp_path}; `esnaf train --data DIR` makes one\n"
    assert served(capsys, tmp_path) == (1, told)


def test_bentoml_says_the_same(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bentoml", "serve", "serving.service:Esnaf"]
    variables = {**os.environ, environment.WORKSPACE: str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, env=variables)
    assert done.returncode == 1
    assert f"no model in {tmp_path}; `esnaf train --data DIR` makes one" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"version": "3", "bundle": "bundles/3"}', "which is not there; promote a version that is"),
        ("not json", "cannot be read"),
        ("{}", "cannot be read"),
    ],
)
def test_a_wrong_pointer_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str) -> None:
    (tmp_path / "champion.json").write_text(text)
    code, line = served(capsys, tmp_path)
    assert code == 1
    assert words in line


def change_a_byte(bundle: Path) -> None:
    file = bundle / "ranker" / "0.txt"
    file.write_bytes(file.read_bytes().replace(b"t", b"T", 1))


def leave_a_part_out(bundle: Path) -> None:
    facts = json.loads((bundle / MANIFEST).read_text())
    shutil.rmtree(bundle / "market")
    (bundle / MANIFEST).unlink()
    seal(bundle, {name: value for name, value in facts.items() if name not in {"files", "format"}})


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (change_a_byte, "0.txt: is damaged (its checksum differs)"),
        (leave_a_part_out, "market: cannot be read"),
    ],
)
def test_a_model_that_cannot_be_served_ends_it(copied: Path, harm: Callable[[Path], None], words: str) -> None:
    harm(pointer.find(copied).bundle)
    command = [sys.executable, "-m", "esnaf", "serve", "--workspace", str(copied), "--port", str(free_port())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--workers", "0"], "--workers = 0 is less than 1"),
        (["--port", "99999"], "--port = 99999 is not between 1 and 65535"),
        (["--port", "http"], "invalid int value: 'http'"),
        (["--host", "no.such.host.invalid"], "--host 'no.such.host.invalid' is not known here"),
        (["--as-of", "yesterday"], "--as-of 'yesterday' is no time; write it as 2026-01-31"),
    ],
)
def test_arguments_that_cannot_be_used_are_told(
    workspace: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    code, line = served(capsys, workspace, *words)
    assert code == 2
    assert message in line


def test_a_port_in_use_is_told(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, line = served(capsys, workspace, "--port", str(port))
    assert code == 2
    assert f"127.0.0.1:{port} cannot be listened on: it is in use; choose another" in line


def test_a_setting_that_cannot_be_used_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "esnaf.toml").write_text("[serving]\nprot = 3000\n")
    code, line = served(capsys, tmp_path)
    assert code == 2
    assert "did you mean 'port'?" in line


def test_a_store_whose_address_can_be_none_ends_it(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / "esnaf.toml").write_text('[store]\nurl = "mysql://root@db/shop"\n')
    code, line = served(capsys, copied)
    assert code == 2
    assert "'mysql' is no store that is known" in line


@pytest.mark.service
def test_a_store_that_is_away_does_not_keep_it_from_starting(copied: Path, tmp_path: Path) -> None:
    (copied / "esnaf.toml").write_text(f'[store]\nurl = "postgresql://u:secret@127.0.0.1:{free_port()}/shop"\n')
    log = tmp_path / "service.log"
    with running([sys.executable, "-m", "esnaf", "serve", "--workspace", str(copied)], log=log) as service:
        ready = httpx.get(f"{service.address}/readyz", timeout=PATIENCE)
        assert (ready.status_code, ready.json()["status"], ready.json()["store"]) == (200, "degraded", "unavailable")
        assert httpx.get(f"{service.address}/v1/recommendations/anybody", timeout=PATIENCE).status_code == 200
        rejected = httpx.post(f"{service.address}/v1/events", json={}, timeout=PATIENCE).json()["rejected"]
        assert [one["error"]["code"] for one in rejected] == ["no_customer"]
        event = {"customer_id": "ann", "product_id": "mug"}
        assert httpx.post(f"{service.address}/v1/events", json=event, timeout=PATIENCE).status_code == 503
    assert "store.away" in log.read_text()
    assert "secret" not in log.read_text()


@pytest.mark.service
def test_it_loads_nothing_that_only_training_needs(workspace: Path) -> None:
    code = (
        "import sys; from serving import service; service.Worker(); "
        f"print(sorted({ONLY_FOR_TRAINING | ONLY_FOR_THE_STORE} & set(sys.modules)))"
    )
    variables = {**os.environ, environment.WORKSPACE: str(workspace)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=variables)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.service
def test_told_to_stop_it_leaves_nothing_behind(workspace: Path, tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    with running([sys.executable, "-m", "esnaf", "serve", "--workspace", str(workspace)], log=log) as service:
        workers = psutil.Process(service.pid).children(recursive=True)
        assert workers
        assert httpx.get(f"{service.address}/healthz", timeout=PATIENCE).status_code == 200
    assert [worker for worker in workers if worker.is_running()] == []
    assert "Traceback" not in log.read_text()


@pytest.mark.service
@pytest.mark.bench
def test_workers_do_not_outlive_who_started_them(workspace: Path, tmp_path: Path) -> None:
    """A master that is killed cannot end them."""
    command = [sys.executable, "-m", "esnaf", "serve", "--workspace", str(workspace), "--workers", "2"]
    with running(command, log=tmp_path / "service.log") as service:
        master = psutil.Process(service.pid)
        workers = master.children(recursive=True)
        assert len(workers) == 2
        master.kill()
        _, alive = psutil.wait_procs(workers, timeout=PATIENCE)
        assert not alive
