"""`esnaf segments`: the groups of customers: which there are, who is in them and why."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esnaf.model import add_model, opened, segmenter_of
from esnaf.register import living, register_of
from esnaf.workspace import Workspace
from features.errors import UsageError

if TYPE_CHECKING:
    from features.segments.segments import Segments
    from training.recommender import Recommender
    from training.segments.segmenter import Segmenter

HELP = "show the segments of the customers, why somebody is in them, or write them to a file or a report"


def add_arguments(parser: ArgumentParser) -> None:
    """All of them, one, or those of one customer."""
    parser.add_argument("segment", nargs="?", metavar="SEGMENT", help="such as value.vip: only this one (default: all)")
    parser.add_argument("--customer", metavar="CUSTOMER", help="customer_id: the segments of this one, and why")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help=".parquet or .csv to write, a row for each customer and segment",
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help=".html to write: the profile of every segment")
    add_model(parser)


def run(args: Namespace) -> Mapping[str, Any]:
    """Assign the customers of a model."""
    model, time, version = opened(args)
    workspace = Workspace(args.workspace)
    segmenter, register, ids = segmenter_of(model, workspace), register_of(workspace), model.customers.ids()
    there = living(ids, register)
    about = {"model_version": version, "customers": len(there)}
    if args.customer is not None:
        customer = "" if register.erased(args.customer) else args.customer
        return about | {"customer_id": args.customer, **_customer(model, segmenter, customer, time)}
    segments = segmenter.everybody(model.population_at(time)).take(there)
    chosen = None if args.segment is None else segments.find(args.segment)
    written: dict[str, Any] = {}
    if args.output is not None:
        written = {"file": str(args.output), "rows": _write([ids[row] for row in there], segments, args.output, chosen)}
    if args.report is not None:
        written |= {"report": str(args.report)}
        _report(model, segmenter, args.report, time)
    return about | {"segments": list(_counted(segments, chosen))} | written


def show(result: Mapping[str, Any]) -> None:
    """A table."""
    from esnaf.output import text_table

    if "reasons" in result:
        if not result["known"]:
            print(f"model {result['model_version']} does not know {result['customer_id']}\n")
        print(text_table(("segment", "why"), [(reason["segment"], reason["why"]) for reason in result["reasons"]]))
        return
    rows = [(s["segment"], s["dimension"], s["customers"], f"{100 * s['share']:.1f} %") for s in result["segments"]]
    print(text_table(("segment", "dimension", "customers", "of all"), rows))
    for name, what in (("file", "written to"), ("report", "profiles of them in")):
        if name in result:
            print(f"\n{what} {result[name]}")


def _customer(model: "Recommender", segmenter: "Segmenter", customer: str, time: int) -> dict[str, Any]:
    import numpy as np

    rows = model.questions.indices([customer])
    known = bool(rows[0] >= 0)
    found = segmenter.why(rows, model.population_at(time).take(np.asarray(rows)))
    reasons = [
        {"kind": r.kind, "segment": f"{r.kind}.{r.label}", "dimension": r.dimension, "why": r.why} for r in found
    ]
    return {"known": known, "reasons": reasons}


def _counted(segments: "Segments", chosen: str | None) -> Iterator[dict[str, Any]]:
    import numpy as np

    for column in segments.columns:
        size = np.bincount(column.code[column.code >= 0], minlength=len(column.labels))
        for code, label in enumerate(column.labels):
            name = f"{column.kind}.{label}"
            if (size[code] and chosen is None) or name == chosen:
                share = float(size[code]) / max(len(segments), 1)
                yield {"segment": name, "dimension": column.name, "customers": int(size[code]), "share": share}


def _write(customers: Sequence[str], segments: "Segments", file: Path, chosen: str | None) -> int:
    import pyarrow as pa

    from esnaf.tablefile import PARQUET_AND_CSV, write_table

    schema = pa.schema({"customer_id": pa.string(), "kind": pa.string(), "segment": pa.string()})
    ids = pa.array(customers, pa.string())

    def parts() -> Iterator[pa.Table]:
        for column in segments.columns:
            names = [f"{column.kind}.{label}" for label in column.labels]
            inside = column.code >= 0 if chosen is None else column.code == _place(names, chosen)
            at = inside.nonzero()[0]
            labels = pa.array(names, pa.string()).take(pa.array(column.code[at]))
            yield pa.table(
                [ids.take(pa.array(at)), pa.array([column.kind] * len(at), pa.string()), labels], schema=schema
            )

    return write_table(file, schema, (part.cast(schema) for part in parts()), PARQUET_AND_CSV)


def _place(names: list[str], chosen: str) -> int:
    return names.index(chosen) if chosen in names else -2


def _report(model: "Recommender", segmenter: "Segmenter", file: Path, time: int) -> None:
    from training.segments.page import write_page

    if file.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"--report {file}: the name must end in .html")
    try:
        write_page(model, segmenter, file, time, title="Customer segments")
    except OSError as error:
        raise UsageError(f"--report {file}: cannot be written ({error.strerror or error})") from error
