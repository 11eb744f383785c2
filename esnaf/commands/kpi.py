"""`esnaf kpi`: retention, revenue, satisfaction and the shop's own figures, by period and segment."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esnaf.model import segmenter_of
from esnaf.moments import moment
from esnaf.workspace import Workspace

if TYPE_CHECKING:
    from features.arrays import Bools
    from features.tables import Shop

HELP = "key figures by period and segment: retention, revenue, average order, satisfaction, and your own"

SHOWN = ("buyers", "revenue", "average_order", "repeat_rate", "retention", "csat", "ces", "nps")


def add_arguments(parser: ArgumentParser) -> None:
    """Of what, over which periods, and where to."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the tables (none if all come from SQL)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=".parquet or .csv to write, with all figures")
    parser.add_argument("--until", type=moment, metavar="T", help="figures before this date or time (default: the end)")
    parser.add_argument("--period", choices=("week", "month", "quarter"), help="length (default: that of [kpi])")
    parser.add_argument("--periods", type=int, metavar="N", help="the last ones (default: that of [kpi])")
    parser.add_argument(
        "--by", action="append", metavar="DIMENSION", help="segments of this dimension; again for another"
    )
    parser.add_argument("--model", default="champion", metavar="VERSION", help="whose segments (default: champion)")


def run(args: Namespace) -> Mapping[str, Any]:
    """Read the tables and count."""
    from esnaf.kpis import rows_of, write_rows
    from features.store.training_view import stored_events
    from features.tables import TablesConfig, load
    from features.tables.sources import readers
    from training.kpi.answers import Answers
    from training.kpi.config import KpiConfig
    from training.kpi.figures import Sales
    from training.kpi.periods import Periods
    from training.train import end_of

    settings = Workspace(args.workspace).settings
    asked = {"period": args.period, "periods": args.periods, "by": None if args.by is None else tuple(args.by)}
    config = replace(
        settings.section("kpi", KpiConfig), **{name: value for name, value in asked.items() if value is not None}
    )
    tables = TablesConfig.of(settings)
    with stored_events(args.workspace, settings) as live:
        shop = load(args.data, tables, until=args.until, live=live)
        files = readers("events", tables.events, args.data)
        answers = Answers.read(files, tables, shop.log.customers, shop.aliases, live=live)
    periods = Periods.back_from(end_of(shop, args.until), config.period, config.periods, start=shop.log.start)
    sales, groups = Sales.of(shop.log, periods, answers), _groups(args, shop, config.by)
    rows = list(rows_of(sales, groups, config))
    if args.output is not None:
        write_rows(args.output, rows)
    return {
        "periods": len(periods),
        "segments": list(groups),
        "answers": len(answers.score),
        "rows": rows,
        "file": None if args.output is None else str(args.output),
    }


def show(result: Mapping[str, Any]) -> None:
    """The newest periods of everybody, then the last period of each segment."""
    from esnaf.kpis import EVERYBODY
    from esnaf.output import text_table

    rows = result["rows"]
    everybody = [row for row in rows if row["segment"] == EVERYBODY]
    shown = (*SHOWN, *(name for name in rows[0] if name not in _columns()))
    print(text_table(("from", *shown), [[row["from"], *(row[name] for name in shown)] for row in everybody]))
    newest = [row for row in rows if row["segment"] != EVERYBODY and row["from"] == everybody[-1]["from"]]
    if newest:
        print(f"\nfrom {newest[0]['from']} on, by segment\n")
        print(text_table(("segment", *shown), [[row["segment"], *(row[name] for name in shown)] for row in newest]))
    if result["file"]:
        print(f"\nwritten to {result['file']}")


def _columns() -> set[str]:
    from training.kpi.figures import FIGURES

    return {"segment", "from", "until", *FIGURES}


def _groups(args: Namespace, shop: "Shop", by: tuple[str, ...]) -> "dict[str, Bools]":
    """Everybody, and the segments of some dimensions as the model of the workspace has them at its time."""
    import numpy as np

    from esnaf.kpis import EVERYBODY
    from features.errors import BundleError, UsageError
    from features.logs import log
    from training.recommender import Recommender

    groups = {EVERYBODY: np.ones(len(shop.log.customers), np.bool_)}
    if not by:
        return groups
    workspace = Workspace(args.workspace)
    try:
        model = Recommender.load(workspace.model(args.model).bundle)
    except BundleError:
        if args.by is not None or args.model != "champion":
            raise
        log.warning("kpi.no_segments", reason="there is no champion", way_out="`esnaf train` makes one")
        return groups
    segments = segmenter_of(model, workspace).everybody(model.population_at(model.time))
    row = model.customers.find(shop.log.customers.column)
    for name in by:
        columns = [column for column in segments.columns if column.name == name]
        if not columns:
            known = ", ".join(sorted({column.name for column in segments.columns}))
            raise UsageError(f"--by {name}: no such dimension; there are: {known}")
        for column in columns:
            code = np.append(column.code, -1)[row]
            groups |= {f"{column.kind}.{label}": code == place for place, label in enumerate(column.labels)}
    return groups
