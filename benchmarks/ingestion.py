"""Taking events in: single ones from many threads and in lists, each acknowledged when it is on the disk.

Events are judged, queued, written and synced as the service does it; HTTP is not in it.
"""

import tempfile
import time
from argparse import ArgumentParser, Namespace
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.harness import Figures, main
from features.store.appender import Appender
from features.store.config import StoreConfig
from features.store.judge import Judge
from features.store.livestore import LiveStore
from features.store.reader import Reader
from features.tables.config import TablesConfig

_MS = 1e3
_LOOKS = 2_000
_CUSTOMERS, _PRODUCTS = 5_000, 900


def add_arguments(parser: ArgumentParser) -> None:
    """How much of what, and where to."""
    parser.add_argument(
        "--url", default="", help="store to write to, and leave the events in (default: a new SQLite file)"
    )
    parser.add_argument("--singles", type=int, default=6_000, metavar="N", help="single events (default 6000)")
    parser.add_argument("--threads", type=int, default=16, metavar="N", help="that send them (default 16)")
    parser.add_argument("--lists", type=int, default=40, metavar="N", help="lists of 1,000 events (default 40)")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="medians of N runs (default 3)")


def measure(args: Namespace) -> Figures:
    """The median of every figure."""
    runs = [_run(args, number) for number in range(args.runs)]
    return {name: median(run[name] for run in runs) for name in runs[0]}


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
        return judge.judge_all([self._raw(number) for number in numbers], self.now).events

    def _raw(self, number: int) -> dict[str, Any]:
        return {
            "event_id": f"{self.name}-{number}",
            "customer_id": f"customer-{number * 7919 % _CUSTOMERS}",
            "product_id": f"product-{number * 104_729 % _PRODUCTS}",
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
