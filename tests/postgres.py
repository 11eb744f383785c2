"""A real PostgreSQL server for tests, on the loopback device, in a folder of its own that goes afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import pytest

VARIABLE = "ESNAF_POSTGRES"
_WAIT = 30.0  # seconds
_SUPERUSER = "esnaf"
_SCHEMAS = count()


def binaries() -> Path:
    """The folder of `initdb` and `postgres`; skips where there is none (`_without`)."""
    found = shutil.which("postgres")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    folder = Path(found).parent if found else folders[-1] if folders else None
    if folder is None or not (folder / "initdb").exists():
        _without("PostgreSQL is not installed: apt-get install postgresql")
    if find_spec("psycopg") is None:
        _without("its driver is not installed: pip install 'esnaf[postgres]'")
    return folder


def _without(reason: str) -> NoReturn:
    """Skip, but fail where somebody counts on these tests (`ESNAF_POSTGRES=required`)."""
    if os.environ.get(VARIABLE) == "required":
        pytest.fail(f"{VARIABLE}=required, and {reason}")
    pytest.skip(reason)


@contextmanager
def server() -> Iterator[str]:
    """Start one, and yield its URL; it is stopped by its own pid."""
    folder, owner = binaries(), _owner()
    data = Path(tempfile.mkdtemp(prefix="esnaf-postgres-"))
    try:
        if owner:
            shutil.chown(data, *owner.values())
        options = ("-U", _SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        initdb = [str(folder / "initdb"), "-D", str(data / "d"), *options]
        subprocess.run(initdb, check=True, capture_output=True, cwd=data, **owner)
        port = _free_port()
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(port)}
        command = [str(folder / "postgres"), "-D", str(data / "d")]
        command += [f"--{key}={value}" for key, value in settings.items()]
        with (data / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=data, **owner)
        try:
            _wait(process, port, data / "log")
            yield f"postgresql://{_SUPERUSER}@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # ends sessions and stops
            process.wait(_WAIT)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def new_schema(url: str) -> str:
    """The URL of an empty schema: a database for each test would take longer than the test."""
    import psycopg

    name = f"s{next(_SCHEMAS)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{url}?options=-csearch_path%3D{name}"


def _owner() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: its own account does it then."""
    if os.geteuid() != 0:
        return {}
    import pwd

    try:
        pwd.getpwnam("postgres")
    except KeyError:
        _without("no account 'postgres' to run the server as")
    return {"user": "postgres", "group": "postgres"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[Any], port: int, log: Path) -> None:
    import psycopg

    end = time.monotonic() + _WAIT
    while time.monotonic() < end and process.poll() is None:
        try:
            psycopg.connect(f"postgresql://{_SUPERUSER}@127.0.0.1:{port}/postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}")
