"""`esnaf recommend`: lists for many customers into a file."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from esnaf.model import add_model, opened, segmenter_of
from esnaf.register import living, register_of, told_in
from esnaf.ruling import add_place, policy_at, query_of
from esnaf.workspace import Workspace
from features.errors import UsageError

if TYPE_CHECKING:
    from training.recommender import Recommender

HELP = "write lists for a file of customers, or for all"

MOST = 1_000  # products in a list


def add_arguments(parser: ArgumentParser) -> None:
    """Whom for, how many, with which model, and where to."""
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--customers", type=Path, metavar="FILE", help="CSV, Parquet or JSON lines with customer_id")
    whom.add_argument("--all", action="store_true", help="everybody the model knows")
    whom.add_argument("--segment", metavar="SEGMENT", help="those of a segment, such as value.vip (`esnaf segments`)")
    parser.add_argument(
        "-n", type=int, default=20, metavar="N", help=f"products in a list, up to {MOST:,} (default 20)"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help=".parquet or .csv to write")
    parser.add_argument("--exclude-purchased", action="store_true", help="leave out what the customer bought before")
    add_place(parser)
    add_model(parser)


def run(args: Namespace) -> Mapping[str, Any]:
    """Write the lists."""
    if not 1 <= args.n <= MOST:
        raise UsageError(f"-n {args.n}: must be 1 to {MOST:,}")
    from esnaf.customers_file import CustomersFile
    from esnaf.lists import write_lists

    chosen = None if args.customers is None else CustomersFile.read(args.customers)
    model, time, version = opened(args)
    workspace = Workspace(args.workspace)
    register = register_of(workspace)
    asked = _everybody(model, args, time) if chosen is None else chosen.ids
    ids = [asked[place] for place in living(asked, register)]
    policy = policy_at(args, model, time)
    rules = None if policy is None else policy.rules(query_of(args))
    rows = write_lists(
        model,
        ids,
        args.output,
        n=args.n,
        exclude_purchased=args.exclude_purchased,
        time=time,
        rules=rules,
        told=told_in(workspace),
        register=register,
    )
    return {
        "model_version": version,
        "file": str(args.output),
        "customers": len(ids),
        "rows": rows,
        "rules": [] if rules is None else [rule.name for rule in rules.held],
        "erased": len(asked) - len(ids),
        "unknown": int((model.questions.indices(ids) < 0).sum()),
        "repeated": chosen.repeated if chosen else 0,
        "empty": chosen.empty if chosen else 0,
    }


def _everybody(model: "Recommender", args: Namespace, time: int) -> list[str]:
    """All customers of the model, or those of a segment; UsageError where there is no such segment, or nobody in it."""
    if args.segment is None:
        return model.customers.ids()
    members = segmenter_of(model, Workspace(args.workspace)).everybody(model.population_at(time)).members(args.segment)
    if not members.any():
        raise UsageError(f"--segment {args.segment}: nobody is in it; `esnaf segments` shows their sizes")
    return model.customers.ids(members.nonzero()[0])


def show(result: Mapping[str, Any]) -> None:
    """What was written, and for whom."""
    print(f"{result['rows']:,} rows for {result['customers']:,} customers by model {result['model_version']}")
    print(f"written to {result['file']}")
    if result["rules"]:
        print(f"under the rules {', '.join(result['rules'])}")
    for name, words in (
        ("unknown", "customers that the model does not know: they got the best list for anybody"),
        ("erased", "customers who were erased: they got none"),
        ("repeated", "rows of a customer that was there already, passed over"),
        ("empty", "rows without a customer, passed over"),
    ):
        if result[name]:
            print(f"note: {result[name]:,} {words}")
