"""Workers, and at last the whole service, killed while events come in: whatever was acknowledged is there, once."""

import os
import random
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from esnaf.process import running
from features.settings import Settings
from features.store.config import StoreConfig
from features.store.livestore import LiveStore
from features.store.reader import Reader
from tests.postgres import new_schema
from tests.serving.patient import PATIENCE
from training import pointer

pytestmark = pytest.mark.service

KILLS = 2  # of workers, before that of the service
SENDERS = 4
BETWEEN = 20  # lists that are acknowledged before the next kill, at the least


@dataclass
class Senders:
    """Callers who send a list until it is acknowledged, and then the next one."""

    address: str
    told: list[str] = field(default_factory=list)  # ids that were acknowledged
    lists: int = 0
    refused: Counter[int] = field(default_factory=Counter)  # by status; 0 where the connection broke
    ended: threading.Event = field(default_factory=threading.Event)

    def send(self, seed: int) -> None:
        """Every request over a connection of its own, to whichever worker takes it."""
        moments = random.Random(seed)
        with httpx.Client(base_url=self.address, headers={"Connection": "close"}, timeout=30) as client:
            for number in range(1_000_000):
                ids = [f"{seed}-{number}-{i}" for i in range(moments.choice((1, 1, 1, 7, 30)))]
                while not self.ended.is_set() and not self._sent(client, ids):
                    time.sleep(0.01)
                if self.ended.is_set():
                    return

    def _sent(self, client: httpx.Client, ids: list[str]) -> bool:
        events = [{"event_id": id, "customer_id": "ann", "product_id": "mug", "event_type": "view"} for id in ids]
        try:
            answer = client.post("/v1/events", json=events[0] if len(ids) == 1 else events)
        except httpx.HTTPError:
            self.refused[0] += 1
            return False
        if answer.status_code != 202:
            self.refused[answer.status_code] += 1
            return False
        body = answer.json()
        assert body["accepted"] + body["duplicates"] == len(ids)
        self.told += ids
        self.lists += 1
        return True

    def wait(self, lists: int) -> None:
        """Until so many more are acknowledged."""
        target, end = self.lists + lists, time.monotonic() + PATIENCE
        while self.lists < target:
            assert time.monotonic() < end, f"{self.lists} lists acknowledged, refused: {self.refused}"
            time.sleep(0.01)


@pytest.fixture
def shop(workspace: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A workspace, with one kind of store or the other."""
    shutil.copytree(workspace / "bundles", tmp_path / "bundles")
    shutil.copy(workspace / pointer.FILE, tmp_path)
    kind = getattr(request, "param", "sqlite")
    url = "" if kind == "sqlite" else new_schema(request.getfixturevalue("postgres"))
    (tmp_path / "esnaf.toml").write_text(f'[store]\nurl = "{url}"\n[ingestion]\npoll_s = 0.2\n')
    return tmp_path


def kept(workspace: Path) -> Counter[str | None]:
    """How often each event id is there."""
    store = LiveStore.open(workspace, Settings.read(workspace / "esnaf.toml").section("store", StoreConfig))
    reader = Reader(store.backend)
    try:
        return Counter(event.event_id for event in reader.after(0, limit=1_000_000))
    finally:
        reader.close()
        store.close()


@pytest.mark.parametrize("shop", ["sqlite", "postgres"], indirect=True)
@pytest.mark.parametrize("seed", [11])
def test_nothing_acknowledged_is_lost(shop: Path, seed: int) -> None:
    moments = random.Random(seed)
    command = [sys.executable, "-m", "esnaf", "serve", "--workspace", str(shop), "--workers", "2"]
    with running(command, log=shop / "service.log") as service, ThreadPoolExecutor(SENDERS) as threads:
        senders = Senders(service.address)
        sending = [threads.submit(senders.send, seed * 100 + number) for number in range(SENDERS)]
        try:
            for _ in range(KILLS):
                senders.wait(BETWEEN + moments.randrange(BETWEEN))
                worker = moments.choice(psutil.Process(service.pid).children(recursive=True))
                worker.kill()
            senders.wait(BETWEEN)
            os.killpg(service.pid, signal.SIGKILL)
        finally:
            senders.ended.set()
        for one in sending:
            one.result(PATIENCE)
    found = kept(shop)
    assert senders.lists >= (KILLS + 1) * BETWEEN
    assert [name for name in senders.told if found[name] != 1] == []
    assert set(found.values()) == {1}
    assert senders.refused[0]
    assert senders.refused.keys() <= {0, 429, 503}


def test_told_to_stop_it_writes_what_it_has_taken(shop: Path) -> None:
    command = [sys.executable, "-m", "esnaf", "serve", "--workspace", str(shop), "--workers", "2"]
    with ThreadPoolExecutor(SENDERS) as threads:
        with running(command, log=shop / "service.log") as service:
            senders = Senders(service.address)
            sending = [threads.submit(senders.send, number) for number in range(SENDERS)]
            senders.wait(BETWEEN)
        senders.ended.set()
        for one in sending:
            one.result(PATIENCE)
    found = kept(shop)
    assert [name for name in senders.told if found[name] != 1] == []
    assert senders.refused.keys() <= {0, 503}
    assert "Traceback" not in (shop / "service.log").read_text()
