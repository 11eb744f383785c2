"""Segments: do they agree with what is true of the simulated shop, do labels stay, and how long does it take.

Without `--workspace` the shop is simulated; with `--data` the same is measured on Online Retail, whose truth nobody
knows. `--customers 1000000 --only speed` measures all segments of a million customers.
"""

import tempfile
import time
from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.harness import WORKSPACES, Figures, main
from esnaf.simulation.parameters import Parameters
from esnaf.simulation.shop import simulate
from features.arrays import DAY, Array, Codes, Counts
from features.catalogue import Catalogue
from features.history import History
from features.kinds import Kind
from features.profiles import Profiles
from features.segments.config import SegmentsConfig
from features.segments.population import Population
from features.segments.segments import Segments
from features.settings import Settings
from features.tables import Shop, TablesConfig, load
from features.vocabulary import Vocabulary
from training.segments.segmenter import Earlier, Segmenter
from training.timer import peak_megabytes

CONFIG = SegmentsConfig()
LIVE = 500  # customers asked about one by one
TIMES = 365  # days over which made-up customers buy


def measure(args: Namespace) -> Figures:
    """Figures of the simulated shop, of Online Retail where there is data, and of many customers."""
    figures: dict[str, float] = {}
    if args.only in (None, "truth"):
        with tempfile.TemporaryDirectory() as name:
            folder = args.shop or simulate(Path(name), replace(Parameters(), customers=args.size)).folder
            shop = load(folder, TablesConfig())
            figures |= _of_shop(shop, "simulated")
            figures |= _truth(shop, folder)
    if args.only in (None, "real") and args.data is not None:
        settings = Settings.read(WORKSPACES / "online_retail" / "esnaf.toml")
        figures |= _of_shop(load(args.data / "online_retail", TablesConfig.of(settings)), "online_retail")
    if args.only in (None, "speed"):
        figures |= _speed(args.customers)
    return figures


def add_arguments(parser: ArgumentParser) -> None:
    """Which part, and of what size."""
    parser.add_argument("--only", choices=("truth", "real", "speed"), help="one part (default: all)")
    parser.add_argument("--customers", type=int, default=1_000_000, metavar="N", help="for the speed (default 1000000)")
    parser.add_argument("--size", type=int, default=1_500, metavar="N", help="customers of the simulated shop")
    parser.add_argument("--shop", type=Path, metavar="DIR", help="a simulated shop that is there already")


def _of_shop(shop: Shop, name: str) -> Figures:
    """Kinds, and whether labels stay: of the same data, and a week later."""
    end = shop.log.end
    before, early, took = _fitted(shop, end - 7 * DAY)
    first = early.everybody(before)
    again, same, _ = _fitted(shop, end - 7 * DAY, _earlier(shop, early, before))
    after, late, _ = _fitted(shop, end, _earlier(shop, early, before))
    second = late.everybody(after)
    still = np.diff(after.history.offsets)[: len(before)] == np.diff(before.history.offsets)
    kept = {
        one.name: float((one.code[still] == other.code[: len(before)][still]).mean())
        for one, other in zip(first.columns, second.columns, strict=True)
    }
    print({column.name: round(kept[column.name], 3) for column in first.columns})
    alike = [np.mean(a.code == b.code) for a, b in zip(first.columns, same.everybody(again).columns, strict=True)]
    there = {column.kind for column in first.columns if (column.code >= 0).any()}
    return {
        f"{name}_kinds": len(there),
        f"{name}_dimensions": sum(bool((column.code >= 0).any()) for column in first.columns),
        f"{name}_fit_s": took,
        f"{name}_rerun_kept_share": float(min(alike)),
        f"{name}_week_kept_share": float(np.mean(list(kept.values()))),
        f"{name}_week_kept_least_share": min(kept.values()),
        **{f"{name}_live_{key}": value for key, value in _live(after, late).items()},
    }


def _fitted(shop: Shop, moment: int, earlier: Earlier | None = None) -> tuple[Population, Segmenter, float]:
    history = shop.log.as_of(moment)
    catalogue = shop.catalogue_at(moment).first(shop.log.products_at(moment))
    population = Population(history, shop.profiles.first(len(history), catalogue), catalogue, moment)
    start = time.perf_counter()
    segmenter = Segmenter.fit(
        population, CONFIG, shop.log.customers.first(len(history)), earlier, seed=1, fingerprint=str(moment)
    )
    return population, segmenter, time.perf_counter() - start


def _earlier(shop: Shop, segmenter: Segmenter, population: Population) -> Earlier:
    known = shop.log.customers.first(len(population))
    return Earlier(segmenter, known, population.time, str(population.time))


def _live(population: Population, segmenter: Segmenter) -> Figures:
    """Milliseconds for all segments of one customer, and how many of them differ from those found for all at once."""
    together = segmenter.everybody(population)
    rows = np.random.default_rng(0).permutation(len(population))[:LIVE].astype(np.int32)
    took, unequal = [], 0
    for row in rows.tolist():
        one = np.array([row], np.int32)
        start = time.perf_counter()
        found = segmenter.of(one, population.take(one))
        took.append(time.perf_counter() - start)
        unequal += [c.code[0] for c in found.columns] != [c.code[row] for c in together.columns]
    return {
        "p50_ms": float(np.percentile(took, 50) * 1e3),
        "p99_ms": float(np.percentile(took, 99) * 1e3),
        "unequal": unequal,
    }


def _truth(shop: Shop, folder: Path) -> Figures:
    """Agreement with what the simulation knows, by the adjusted Rand index (hubert1985comparing)."""
    population, segmenter, _ = _fitted(shop, shop.log.end)
    figures: dict[str, float] = {}
    if segmenter.tastes is not None:
        true = _tastes(shop, folder)[: len(population)]
        code = next(c for c in segmenter.everybody(population).columns if c.name == "taste").code
        known = (code >= 0) & (true >= 0)
        figures |= {"taste_ari": rand_index(code[known], true[known]), "taste_customers": int(known.sum())}
        print("tastes", segmenter.tastes.names)
    if segmenter.missions is not None:
        customers = population.take(np.arange(len(population), dtype=np.int32))
        true = _missions(shop, folder, customers.bought, customers.orders.line)
        code = segmenter.missions.of_orders(customers)
        known = true >= 0
        figures |= {"mission_ari": rand_index(code[known], true[known]), "mission_orders": int(known.sum())}
        print("missions", segmenter.missions.names, np.bincount(code))
    return figures


def _tastes(shop: Shop, folder: Path) -> Codes:
    """(C,) the main interest of each customer, -1 where it is nobody's account."""
    columns = ["customer_id", "store_customer_id", "cluster"]
    rows = pq.read_table(folder / "truth" / "customers.parquet", columns=columns)
    names: dict[str, int] = {}
    found: dict[str, int] = {}
    for row in rows.to_pylist():
        for id in (row["customer_id"], row["store_customer_id"]):
            if id is not None:
                found[id] = names.setdefault(row["cluster"], len(names))
    return np.array([found.get(id, -1) for id in shop.log.customers.ids()], np.int32)


def _missions(shop: Shop, folder: Path, bought: History, line: Counts) -> Codes:
    """(O,) the mission behind each order, found by its first line; -1 where that is not to be found."""
    truth = pq.read_table(folder / "truth" / "missions.parquet").to_pylist()
    names: dict[str, int] = {}
    mission = {row["order_id"]: names.setdefault(row["mission"], len(names)) for row in truth}
    events = pq.read_table(
        folder / "events.parquet",
        columns=["product_id", "timestamp", "order_id"],
        filters=[("event_type", "==", "purchase")],
    ).to_pylist()
    order: dict[Any, str] = {(e["product_id"], int(e["timestamp"].timestamp())): e["order_id"] for e in events}
    first = np.flatnonzero(np.append(True, line[1:] != line[:-1]))
    ids = shop.log.products.ids(bought.product[first])
    keys = zip(ids, bought.time[first].tolist(), strict=True)
    return np.array([mission.get(order.get(key, ""), -1) for key in keys], np.int32)


def rand_index(one: Codes, other: Codes) -> float:
    """Agreement of two groupings of the same things: 1 where they are the same, about 0 where they are chance."""
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1)
    both, rows, columns = (_pairs(part) for part in (table, table.sum(axis=1), table.sum(axis=0)))
    chance = rows * columns / max(_pairs(np.array([len(one)])), 1.0)
    return float((both - chance) / max((rows + columns) / 2 - chance, 1e-12))


def _pairs(counts: Array) -> float:
    return float((counts * (counts - 1) / 2).sum())


def _speed(size: int) -> Figures:
    """Fit and assign everybody, on customers made up for it: reading tables is not what is timed."""
    population = made_up(size)
    ids = Vocabulary.of([f"c{number}" for number in range(size)])
    start = time.perf_counter()
    segmenter = Segmenter.fit(population, CONFIG, ids, seed=1)
    fitted = time.perf_counter()
    segments = segmenter.everybody(population)
    end = time.perf_counter()
    return {
        "customers": size,
        "events": len(population.history.time),
        "fit_s": fitted - start,
        "assign_s": end - fitted,
        "all_s": end - start,
        "peak_mb": peak_megabytes(),
        "assigned": _assigned(segments),
    }


def made_up(size: int, *, seed: int = 0, products: int = 30_000, categories: int = 60) -> Population:
    """Customers with about ten events each, in the proportions of a shop: a few do most of it."""
    random = np.random.default_rng(seed)
    count = np.minimum(random.geometric(0.1, size), 200)
    offsets = np.append(0, np.cumsum(count))
    events = int(offsets[-1])
    row = np.repeat(np.arange(size, dtype=np.int32), count)
    moment = np.sort(random.integers(0, TIMES * DAY, events) + row.astype(np.int64) * TIMES * DAY) % (TIMES * DAY)
    taste = (row % 12) * (categories // 12) + random.integers(0, categories // 12, events)
    category = np.where(random.random(events) < 0.6, taste, random.integers(0, categories, events)).astype(np.int32)
    product = (category + categories * random.integers(0, products // categories, events)).astype(np.int32)
    kind = np.where(random.random(events) < 0.2, Kind.PURCHASE, Kind.VIEW).astype(np.uint8)
    price = random.lognormal(2, 1, events).astype(np.float32)
    touch = random.choice(np.array([17, 18, 33, 48], np.uint8), events)
    one = np.ones(events, np.float32)
    history = History(offsets, product, moment, kind, one, price, np.full(events, -1, np.int32), touch)
    return Population(history, Profiles.unknown(size), _catalogue(products, categories), TIMES * DAY)


def _catalogue(products: int, categories: int) -> Catalogue:
    code = np.arange(products, dtype=np.int32) % categories
    names = [f"Department {number // 5} > Category {number}" for number in range(categories)]
    unknown = np.full(products, np.nan, np.float32)
    nothing = np.zeros(products, np.int32)
    return Catalogue(
        [""] * products,
        code,
        code // 5,
        nothing,
        unknown,
        unknown,
        np.ones(products, np.bool_),
        np.zeros(products, np.int64),
        np.arange(products, dtype=np.int32),
        np.zeros(products + 1, np.int64),
        np.zeros(0, np.int32),
        names,
        [f"Department {number}" for number in range(categories // 5)],
        ["none"],
    )


def _assigned(segments: Segments) -> int:
    return sum(int((column.code >= 0).sum()) for column in segments.columns)


if __name__ == "__main__":
    main("segments", measure, add_arguments=add_arguments)
