"""A running service takes up another champion: under load, without a failure, and never a bad one."""

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from benchmarks.steady import Load, Seen, Sent
from benchmarks.swap import PATH
from benchmarks.versions import Versions
from esnaf.cli import main
from esnaf.process import running
from tests.serving import harm
from tests.serving.patient import PATIENCE, until
from training import pointer
from training.bundle import FORMAT
from training.pointer import Pointer

pytestmark = pytest.mark.service

WORKERS = 2
ALLOWANCE = 1.05  # of memory


@dataclass
class Shop:
    """A workspace and its running service."""

    workspace: Path
    versions: Versions
    address: str
    pid: int
    log: Path
    serving: str = "3"

    def point(self, version: str) -> None:
        pointer.replace(self.workspace, Pointer(version, self.bundle(version), before=(self.serving,)))

    def bundle(self, version: str) -> Path:
        return self.workspace / "bundles" / version

    def change(self, version: str, point: Callable[[], object] | None = None) -> None:
        """Make a version the champion, and wait until every worker has taken it up."""
        before = self.count("switches")
        (point or (lambda: self.point(version)))()
        until(lambda: self.count("switches") == before + WORKERS, f"version {version} by every worker")
        self.serving = version

    def refuse(self, version: str) -> None:
        """The same with one that cannot be served."""
        before = self.count("refusals")
        self.point(version)
        until(lambda: self.count("refusals") == before + WORKERS, "a refusal by every worker")

    def count(self, what: str) -> int:
        lines = httpx.get(f"{self.address}/metrics", timeout=PATIENCE).text.splitlines()
        return int(sum(float(line.split()[-1]) for line in lines if line.startswith(f"esnaf_model_{what}_total ")))

    def workers(self) -> list[psutil.Process]:
        return list(psutil.Process(self.pid).children(recursive=True))

    def named(self, path: str = "/readyz") -> set[str]:
        """The versions that a few answers name; each connection may lead to another worker."""
        answers = [httpx.get(f"{self.address}{path}", timeout=PATIENCE) for _ in range(8)]
        return {re.findall(r'model_version": ?"(\w+)"|esnaf_model{version="(\w+)"', one.text)[0][0] for one in answers}


@pytest.fixture(scope="module")
def served(workspace: Path, earlier: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("swapped")
    shutil.copytree(workspace / "bundles" / "3", folder / "bundles" / "3")
    shutil.copytree(earlier, folder / "bundles" / "2")
    (folder / "esnaf.toml").write_text("[serving]\nchampion_poll_s = 0.1\n")
    versions, log = Versions.of(folder, 100), folder / "service.log"
    versions.point("3")
    with running([*versions.command, f"--workers={WORKERS}"], log=log) as service:
        # The first worker answers before the others have begun; who begins after a change has nothing to switch.
        until(lambda: log.read_text().count("Service esnaf initialized") == WORKERS, "a start of every worker")
        yield Shop(folder, versions, service.address, service.pid, log)


@pytest.fixture
def shop(served: Shop) -> Shop:
    """Version 3 serves."""
    if served.serving != "3":
        served.change("3")
    served.point("3")
    return served


def test_models_take_turns_under_load_and_no_answer_fails_or_mixes_two(shop: Shop) -> None:
    seen, ended = Seen(), threading.Event()

    def load() -> None:
        seed = 0
        while not ended.is_set():
            Load(shop.address, PATH, rate=60).run(shop.versions.requests(30, seed=seed), seen)
            seed += 1

    with ThreadPoolExecutor(1) as pool:
        loading = pool.submit(load)
        try:
            for version in ("2", "3", "2"):
                shop.change(version)
        finally:
            ended.set()
        loading.result()
    assert seen.failed == 0
    assert shop.versions.mixed(seen) == 0
    assert shop.versions.served(seen) == {"2", "3"}
    assert shop.named() == {"2"}


def test_a_batch_that_was_begun_ends_with_its_model(shop: Shop) -> None:
    """Batches are sent in parts, and other work goes on in between."""
    requests = [{"customer_id": f"c{i}", "n": 100} for i in range(100)]
    seen: set[str] = set()

    def ask() -> bool:
        answer = httpx.post(f"{shop.address}/v1/recommendations/batch", json={"requests": requests}, timeout=PATIENCE)
        (model,) = {one["model_version"] for one in answer.json()["answers"]}
        seen.add(model)
        return seen == {"2", "3"}

    ask()
    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(shop.change, "2")
        until(ask, "a batch of version 2")
        changing.result()


def test_everything_that_names_a_model_names_the_new_one(shop: Shop, products: list[str]) -> None:
    shop.change("2")
    similar = f"/v1/products/{products[0]}/similar"
    for path in ("/v1/model", "/readyz", similar, "/v1/recommendations/anybody"):
        assert shop.named(path) == {"2"}
    assert 'esnaf_model{version="2"} 1.0' in httpx.get(f"{shop.address}/metrics", timeout=PATIENCE).text


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (harm.flip_a_byte, "0.txt: is damaged (its checksum differs)"),
        (harm.from_another_version, f"bundle format {FORMAT + 1}, this version reads {FORMAT}"),
    ],
)
def test_a_bad_bundle_is_refused_and_a_good_one_is_taken_later(
    shop: Shop, spoil: Callable[[Path], None], reason: str
) -> None:
    bad = str(3 + len(list((shop.workspace / "bundles").iterdir())))
    spoil(Path(shutil.copytree(shop.bundle("2"), shop.bundle(bad))))
    shop.refuse(bad)
    refusals = shop.count("refusals")
    time.sleep(0.5)  # five more looks
    assert shop.count("refusals") == refusals
    lines = [line for line in shop.log.read_text().splitlines() if " champion.refused " in line and reason in line]
    assert len(lines) == WORKERS
    assert all("serving=3" in line for line in lines)
    assert shop.named() == {"3"}
    shop.change("2")
    assert shop.named() == {"2"}


def test_an_old_model_is_let_go_of_and_its_bundle_may_go(shop: Shop) -> None:
    shutil.copytree(shop.bundle("2"), shop.bundle("20"))
    shop.change("20")
    answer = httpx.get(f"{shop.address}/v1/recommendations/anybody?explain=true", timeout=PATIENCE)
    assert answer.json()["model_version"] == "20"
    shop.change("2")

    def mapped(version: str) -> bool:
        maps = [Path(f"/proc/{worker.pid}/maps").read_text() for worker in shop.workers()]
        return any(f"{shop.bundle(version)}/" in text for text in maps)

    until(lambda: not mapped("20"), "the old model's files closed")
    assert mapped("2")
    shutil.rmtree(shop.bundle("20"))
    assert shop.named("/v1/recommendations/anybody?explain=true") == {"2"}


def test_memory_is_what_it_was_however_often_models_take_turns(shop: Shop) -> None:
    def ask() -> None:
        Load(shop.address, PATH, rate=1e6).run(everybody)

    def private() -> float:
        ask()
        return float(sum(worker.memory_full_info().uss for worker in shop.workers()))

    everybody = [Sent(body, 0, ready=False) for body in shop.versions.everybody()]
    shop.change("2")
    ask()
    shop.change("3")  # by now each worker has everything loaded that a change takes
    before = private()
    for version in ("2", "3") * 3:
        ask()
        shop.change(version)
    until(lambda: private() < before * ALLOWANCE, "memory as before")
    maps = [Path(f"/proc/{worker.pid}/maps").read_text() for worker in shop.workers()]
    assert not any(f"{shop.bundle('2')}/" in text for text in maps)
    assert all(text.count("/history/time.npy") == 1 for text in maps)


def test_the_commands_move_a_running_service(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    """In a workspace without MLflow the bundles that are here can serve."""
    place = ["--workspace", str(shop.workspace)]
    shop.change("2", lambda: main(["promote", "2", *place]))
    assert shop.named() == {"2"}
    shop.change("3", lambda: main(["rollback", *place]))
    assert shop.named() == {"3"}
    harm.flip_a_byte(Path(shutil.copytree(shop.bundle("2"), shop.bundle("30"))))
    capsys.readouterr()
    assert main(["promote", "30", *place]) == 1
    assert "is damaged (its checksum differs)" in capsys.readouterr().err
    assert pointer.find(shop.workspace).version == "3"


@pytest.mark.bench
def test_a_worker_that_starts_anew_under_a_bad_pointer_serves_what_the_others_serve(shop: Shop) -> None:
    harm.flip_a_byte(Path(shutil.copytree(shop.bundle("2"), shop.bundle("40"))))
    shop.refuse("40")
    refusals, lost = shop.count("refusals"), shop.workers()[0]
    lost.kill()
    until(lambda: lost not in shop.workers() and len(shop.workers()) == WORKERS, "another worker")
    until(lambda: shop.count("refusals") == refusals + 1, "its first look")
    assert shop.named() == {"3"}
