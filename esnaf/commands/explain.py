"""`esnaf explain CUSTOMER [PRODUCT]`: why this list."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from esnaf.model import add_model, name_of, opened
from esnaf.register import permitted, register_of
from esnaf.ruling import add_place, policy_at, query_of
from esnaf.workspace import Workspace

HELP = "say why a customer's list is as it is, and why a product is not in it"


def add_arguments(parser: ArgumentParser) -> None:
    """The customer, and a product of interest."""
    parser.add_argument("customer", metavar="CUSTOMER", help="customer_id")
    parser.add_argument("product", nargs="?", metavar="PRODUCT", help="product_id (default: those of the list)")
    parser.add_argument("-n", type=int, default=10, metavar="N", help="length of the list (default 10)")
    add_place(parser)
    add_model(parser)


def run(args: Namespace) -> Mapping[str, Any]:
    """Ask the model; UnknownProductError for a product that it has not seen."""
    from serving.policy.absence import Absences
    from serving.policy.effects import effects

    model, time, version = opened(args)
    register = register_of(Workspace(args.workspace))
    query, policy = permitted(query_of(args, args.customer), register), policy_at(args, model, time)
    rules = None if policy is None else policy.rules(query)
    answer = model.recommend([query], args.n, time=time, policy=policy)[0]
    found = effects(rules, model, query, answer, n=args.n, time=time)
    listed = {item.product_id: (item.rank, own) for item, own in zip(answer.items, found, strict=True)}
    products = list(listed) if args.product is None else [args.product]
    absences = Absences(model, rules, query, answer, args.n, time)
    items = []
    for product, reason in zip(products, model.explain(query, products, time=time), strict=True):
        rank, own = listed.get(product, (None, []))
        absence = None if rank else absences.of(model.products.index(product))
        items.append(
            {
                "product_id": product,
                "name": name_of(model, product),
                "reason": reason,
                "rank": rank,
                "policy": [asdict(effect) for effect in own],
                "absent": absence and {**asdict(absence), "text": str(absence)},
            }
        )
    known = query.customer_id is not None and model.questions.index(args.customer) >= 0
    return {"model_version": version, "customer_id": args.customer, "known": known, "items": items}


def show(result: Mapping[str, Any]) -> None:
    """A table."""
    from esnaf.output import text_table

    if not result["known"]:
        print(f"model {result['model_version']} does not know {result['customer_id']}: the best list for anybody\n")
    rows = [(item["product_id"], item["name"], item["reason"]) for item in result["items"]]
    print(text_table(("product", "name", "why"), rows))
    for item in result["items"]:
        if item["absent"]:
            print(f"\n{item['product_id']} is not in the list: {item['absent']['text']}")
        for effect in item["policy"]:
            print(f"\n{item['product_id']}: {effect['effect'].replace('_', ' ')} by the rule '{effect['rule']}'")
