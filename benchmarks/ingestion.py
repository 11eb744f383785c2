"""Taking events in, single ones and lists, each acknowledged when it is on the disk.

Over HTTP from the real service, the senders on the same machine; and, as `store_...`, without HTTP: judged, queued,
written and synced from threads as the service does it.
"""

import json
import tempfile
import time
from argparse import ArgumentParser, Namespace
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import load
from benchmarks.harness import Figures, main
from benchmarks.service import own_service
from benchmarks.trained import trained
from features.store.appender import Appender
from features.store.config import StoreConfig
from features.store.judge import Judge
from features.store.livestore import LiveStore
from features.store.reader import Reader
from features.tables.config import TablesConfig

PATH = "/v1/events"
_MS = 1e3
_LOOKS = 2_000
_CUSTOMERS, _PRODUCTS = 5_000, 900


def add_arguments(parser: ArgumentParser) -> None:
    """How much of what, and where to."""
    parser.add_argument(
        "--url", default="", help="store to write to, and leave the events in (default: a new SQLite file)"
    )
    parser.add_argument("--singles", type=int, default=6_000, metavar="N", help="single events (default 6000)")
    parser.add_argument(
        "--threads", type=int, default=16, metavar="N", help="or connections that send them (default 16)"
    )
    parser.add_argument("--lists", type=int, default=40, metavar="N", help="lists of 1,000 events (default 40)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="medians of N runs (default 3)")

    parser.add_argument("--workspace", type=Path, metavar="DIR", help="with a champion (default: train one)")
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="of the service (default 1)")


def measure(args: Namespace) -> Figures:
    """The median of every figure, but all events that were lost."""
    with tempfile.TemporaryDirectory() as name:
        workspace = args.workspace or trained(args.data, Path(name))
        runs = [_served(args, workspace, Path(name), number) | _run(args, number) for number in range(args.runs)]
    figures = {name: median(run[name] for run in runs) for name in runs[0]}
    return figures | {name: sum(run[name] for run in runs) for name in ("lost", "store_lost")}


def _served(args: Namespace, workspace: Path, scratch: Path, number: int) -> dict[str, float]:
    """Over HTTP, into a new store."""
    url = args.url or f"sqlite:///{scratch / f'{number}.db'}"
    source = _Source(f"{time.time_ns()}-{number}-http", int(time.time()))
    singles = [json.dumps(raw).encode() for raw in source.raws(range(args.singles))]
    lists = [
        json.dumps(source.raws(range(begin, begin + 1_000))).encode()
        for begin in range(args.singles, args.singles + args.lists * 1_000, 1_000)
    ]
    store = LiveStore.open(scratch, StoreConfig(url=url))
    try:
        before = store.count()
        with own_service(workspace, scratch, "--workers", str(args.workers), store=url) as service:
            load.post(service.address, PATH, [b"[]"] * 50, connections=args.threads)
            single = load.post(service.address, PATH, singles, connections=args.threads)
            batch = load.post(service.address, PATH, lists, connections=4)
        lost = args.singles + args.lists * 1_000 - (store.count() - before)
    finally:
        store.close()
    return {
        "single_per_s": single.per_s,
        "single_p50_ms": single.p50_ms,
        "single_p99_ms": single.p99_ms,
        "batch_per_s": batch.per_s * 1_000,
        "batch_p99_ms": batch.p99_ms,
        "lost": lost,
    }


def _run(args: Namespace, number: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        store = LiveStore.open(Path(folder), StoreConfig(url=args.url))
        try:
            source = _Source(f"{time.time_ns()}-{number}", int(time.time()))
            before = store.count()
            with Appender(store) as appender:
                figures = _singles(appender, source, args.singles, args.threads)
                figures |= _lists(appender, source, args.lists)
            lost = args.singles + args.lists * 1_000 - (store.count() - before)
            return figures | _reads(store) | {"store_lost": lost}
        finally:
            store.close()


@dataclass(frozen=True)
class _Source:
    """Events as a shop's site sends them."""

    name: str
    now: int

    def events(self, numbers: range) -> list[Any]:
        """Judge them, as whoever takes them in must."""
        judge = Judge(TablesConfig())
        return judge.judge_all(self.raws(numbers), self.now).events

    def raws(self, numbers: range) -> list[dict[str, Any]]:
        """The same as they are sent."""
        return [self._raw(number) for number in numbers]

    def _raw(self, number: int) -> dict[str, Any]:
        return {
            "event_id": f"{self.name}-{number}",
            "customer_id": f"customer-{number * 7919 % _CUSTOMERS}",
            "product_id": f"{10_000 + number * 104_729 % _PRODUCTS}",  # as Online Retail writes its goods
            "event_type": "Product Viewed",
            "timestamp": self.now,
            "session_id": f"session-{number // 9}",
            "channel": "web",
            "properties": {"page": number % 50},
        }


def _singles(appender: Appender, source: _Source, count: int, threads: int) -> dict[str, float]:
    def one(number: int) -> float:
        begin = time.perf_counter()
        appender.append(source.events(range(number, number + 1))).result()
        return time.perf_counter() - begin

    begin = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        waits = sorted(pool.map(one, range(count)))
    seconds = time.perf_counter() - begin
    return {
        "store_single_per_s": count / seconds,
        "store_single_p50_ms": waits[count // 2] * _MS,
        "store_single_p99_ms": waits[count * 99 // 100] * _MS,
    }


def _lists(appender: Appender, source: _Source, count: int) -> dict[str, float]:
    def one(number: int) -> float:
        begin = time.perf_counter()
        appender.append(source.events(range(number * 1_000, (number + 1) * 1_000))).result()
        return time.perf_counter() - begin

    begin = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:  # one list is judged while the other is written
        waits = sorted(pool.map(one, range(1_000, 1_000 + count)))
    seconds = time.perf_counter() - begin
    return {"store_batch_per_s": count * 1_000 / seconds, "store_batch_p99_ms": waits[count * 99 // 100] * _MS}


def _reads(store: LiveStore) -> dict[str, float]:
    """Microseconds of what an answer asks: did anything change, and what did this customer do?"""
    reader = Reader(store.backend)
    try:
        reader.last()
        begin = time.perf_counter()
        for _ in range(_LOOKS):
            reader.last()
        looked = time.perf_counter()
        for number in range(_LOOKS):
            reader.since([f"customer-{number % _CUSTOMERS}"])
        read = time.perf_counter()
    finally:
        reader.close()
    return {"store_unchanged_us": (looked - begin) / _LOOKS * 1e6, "store_customer_us": (read - looked) / _LOOKS * 1e6}


if __name__ == "__main__":
    main("ingestion", measure, add_arguments=add_arguments)
