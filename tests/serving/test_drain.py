"""Told to end while requests are under way, the service answers all of them."""

import json
import os
import signal
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import pytest

from esnaf.process import Running, running
from tests.serving.patient import PATIENCE, patient

pytestmark = pytest.mark.service

LIST = json.dumps({"customer_id": "ann"}).encode()
BATCH = json.dumps({"requests": [{"customer_id": f"c{i}", "n": 100} for i in range(24)]}).encode()
EVENTS = json.dumps([{"customer_id": "ann", "product_id": f"p{i}", "event_type": "view"} for i in range(100)]).encode()


class Caller:
    """One kept-alive connection, closed at the end of the context."""

    def __init__(self, service: Running) -> None:
        where = urlsplit(service.address)
        self._socket = socket.create_connection((where.hostname or "", where.port or 0), timeout=PATIENCE)
        self._file = self._socket.makefile("rb")

    def send(self, path: str, body: bytes, *, upto: int | None = None) -> None:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + body[:upto])

    def send_rest(self, body: bytes, since: int) -> None:
        self._socket.sendall(body[since:])

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and the whole body; fails if the connection ends before."""
        status = int(self._file.readline().split()[1])
        lines = iter(self._file.readline, b"\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.decode().partition(":") for line in lines)}
        if "content-length" in headers:
            return status, headers, self._file.read(int(headers["content-length"]))
        body = b""
        while size := int(self._file.readline(), 16):
            body += self._file.read(size)
            self._file.readline()
        self._file.readline()
        return status, headers, body

    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self._file.read() == b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._socket.close()


def _taken(answer: dict[str, int]) -> int:
    return answer["accepted"] + answer["duplicates"]


def test_all_that_is_under_way_is_answered(copied: Path, tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    command = [sys.executable, "-m", "esnaf", "serve", "--workspace", str(patient(copied)), "--workers", "2"]
    with running(command, log=log) as it, ExitStack() as open_:
        for path, body, status in (("/v1/recommendations", LIST, 200), ("/v1/events", EVENTS, 202)):
            with Caller(it) as first:
                first.send(path, body)
                assert first.answer()[0] == status  # what takes long is done, and the store is there
        idle, busy, writers, halves = (
            [open_.enter_context(Caller(it)) for _ in range(number)] for number in (4, 4, 4, 2)
        )
        for caller in [*idle, *busy, *writers, *halves]:
            caller.send("/v1/recommendations", LIST)
            assert caller.answer()[0] == 200
        for caller in busy:
            caller.send("/v1/recommendations/batch", BATCH)
        for caller in writers:
            caller.send("/v1/events", EVENTS)
        for caller in halves:
            caller.send("/v1/recommendations", LIST, upto=9)
        os.kill(it.pid, signal.SIGTERM)
        for caller in idle:
            caller.send("/v1/recommendations", LIST)
        for caller in halves:
            caller.send_rest(LIST, 9)
        for caller in [*idle, *halves]:
            status, _, body = caller.answer()
            assert (status, len(json.loads(body)["items"])) == (200, 10)
        for caller in busy:
            status, _, body = caller.answer()
            assert (status, len(json.loads(body)["answers"])) == (200, 24)
        taken = [caller.answer() for caller in writers]
        assert {status for status, *_ in taken} == {202}
        assert {_taken(json.loads(body)) for *_, body in taken} == {100}
        assert all(caller.ended() for caller in [*idle, *busy, *writers, *halves])
    assert "Traceback" not in log.read_text()
    assert "error" not in log.read_text().lower()
