"""The real service as a process of its own, for the demo, the tests and the benchmarks."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from features.errors import EsnafError

_READY_WITHIN = 120.0  # seconds: a machine that is busy with much else still starts it
_STOP_WITHIN = 30.0  # seconds: it writes what waits
_LAST_LINES = 5  # of the log, in an error message


@dataclass(frozen=True)
class Running:
    """A service that answers."""

    address: str
    pid: int  # of the parent of its workers


@contextmanager
def running_service(workspace: Path, *options: str, log: Path) -> Iterator[str]:
    """`esnaf serve` on a free port of this machine, stopped at the end; gives its address once it is ready.

    What the service prints goes to the file `log`. EsnafError with its last lines if it does not become ready.
    """
    command = [sys.executable, "-m", "esnaf", "serve", "--workspace", str(workspace), *options]
    with running(command, log=log) as service:
        yield service.address


@contextmanager
def running(command: Sequence[str], *, log: Path) -> Iterator[Running]:
    """The same for any command that takes `--port` and answers /readyz."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("wb") as output:
        words = [*command, "--port", str(port)]
        process = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            _wait_until_ready(process, address, log)
            yield Running(address, process.pid)
        finally:
            _stop(process)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_ready(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while process.poll() is None and time.monotonic() < deadline:
        if _ready(address):
            return
        time.sleep(0.05)
    last = " | ".join(log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
    state = "still starting" if process.poll() is None else f"ended with code {process.returncode}"
    raise EsnafError(f"the service is not ready ({state}): {last}; all it said is in {log}")


def _ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310  # our own address
            return bool(answer.status == 200)
    except urllib.error.HTTPError as answer:
        answer.close()
        return False
    except OSError:
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the service and its workers, which share a session of their own."""
    process.terminate()
    try:
        process.wait(_STOP_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
