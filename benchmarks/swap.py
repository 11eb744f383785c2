"""Swapping models under a steady load: failed requests, answers that mix two models, latency and memory.

Two versions take turns as champion of a running service. Some hundred customers come again and again; half of the
requests have something in the cart that nobody asked with before, so that their lists must be made. Every answer is
compared with what its version's bundle answers. The pointer is replaced as `esnaf promote` does it last; that command's
own work, often done elsewhere, is left out.
"""

import tempfile
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil

from benchmarks import load
from benchmarks.harness import Figures, main
from benchmarks.steady import Load
from benchmarks.timing import esnaf
from benchmarks.trained import trained
from benchmarks.versions import Versions
from esnaf.process import Running, running
from features.arrays import DAY
from serving.clock import shown_time
from training import pointer
from training.recommender import Recommender

PATH = "/v1/recommendations"
_MB = 1e6
_SETTLED = 3.0  # seconds after the last swap


def add_arguments(parser: ArgumentParser) -> None:
    """Which models, and how much of a load."""
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="with two versions (default: train them)")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S", help="with swaps, and without (default 60)")
    parser.add_argument("--swaps", type=int, default=10, metavar="N", help="in that time (default 10)")
    parser.add_argument("--rate", type=float, default=60.0, metavar="N", help="requests a second (default 60)")
    parser.add_argument("--customers", type=int, default=300, metavar="N", help="who come again (default 300)")


def measure(args: Namespace) -> Figures:
    """Train two versions unless they are there, start the service and let them take turns."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        versions = Versions.of(args.workspace or _two_versions(args.data, scratch), args.customers)
        return _measured(versions, args, scratch)


def _two_versions(data: Path | None, scratch: Path) -> Path:
    """The champion, and the same recipe two weeks earlier."""
    workspace = trained(data, scratch)
    folder = scratch / "data" if data is None else data / "online_retail"
    earlier = shown_time(Recommender.load(pointer.find(workspace).bundle).time - 14 * DAY)
    esnaf("train", "--data", str(folder), "--workspace", str(workspace), "--until", earlier)
    return workspace


def _measured(versions: Versions, args: Namespace, scratch: Path) -> Figures:
    count = round(args.seconds * args.rate)
    versions.point(versions.names[0])
    with running(versions.command, log=scratch / "service.log") as service:
        steady = Load(service.address, PATH, args.rate)
        calm = steady.run(versions.requests(count // 2, seed=0))
        before = _memory(service, versions)
        with _swapping(versions, args.seconds, args.swaps):
            swapped = steady.run(versions.requests(count, seed=1))
        time.sleep(_SETTLED)
        after = _memory(service, versions)
        steady.run(versions.requests(count // 2, seed=2), into=calm)
        taken = _count(service, "esnaf_model_switches_total")
    return {
        "requests": len(swapped.seconds),
        "swaps": taken,
        "failed": swapped.failed + calm.failed,
        "mixed": versions.mixed(swapped) + versions.mixed(calm),
        "versions_seen": len(versions.served(swapped)),
        "calm_p50_ms": calm.percentile(50),
        "calm_p99_ms": calm.percentile(99),
        "swap_p50_ms": swapped.percentile(50),
        "swap_p99_ms": swapped.percentile(99),
        "p99_ratio": swapped.percentile(99) / calm.percentile(99),
        "ready_p99_ratio": swapped.percentile(99, ready=True) / calm.percentile(99, ready=True),
        "memory_before_mb": before,
        "memory_after_mb": after,
        "memory_growth_mb": after - before,
    }


@contextmanager
def _swapping(versions: Versions, seconds: float, swaps: int) -> Iterator[None]:
    """The other version every so often, in the background; the last swap well before the end."""

    def swap() -> None:
        for i in range(swaps):
            time.sleep(seconds / (swaps + 1))
            versions.point(versions.names[(i + 1) % 2])

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _memory(service: Running, versions: Versions) -> float:
    """What the workers have resident once every list was asked for, 10^6 bytes."""
    load.post(service.address, PATH, versions.everybody(), connections=4)
    workers = psutil.Process(service.pid).children(recursive=True)
    return float(sum(worker.memory_info().rss for worker in workers)) / _MB


def _count(service: Running, name: str) -> int:
    with urlopen(f"{service.address}/metrics", timeout=10) as answer:  # noqa: S310  # our own address
        lines = answer.read().decode().splitlines()
    return int(sum(float(line.split()[-1]) for line in lines if line.startswith(f"{name} ")))


if __name__ == "__main__":
    main("swap", measure, add_arguments=add_arguments)
