"""Ruling: the policy of a workspace for the verbs that ask a model, the same as the service's."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from esnaf.workspace import Workspace

if TYPE_CHECKING:
    from serving.policy.policy import PolicyAt
    from training.query import Query
    from training.recommender import Recommender


def add_place(parser: ArgumentParser) -> None:
    """Where the list is shown, which decides what rules hold."""
    parser.add_argument("--placement", metavar="NAME", help="where the list is shown, for the rules of [policy]")
    parser.add_argument("--channel", metavar="NAME", help="web, app, email ..., for the rules of [policy]")


def query_of(args: Namespace, customer: str | None = None) -> "Query":
    """A question of the place that the arguments name."""
    from training.query import Query

    return Query(customer_id=customer, placement=args.placement, channel=args.channel)


def policy_at(args: Namespace, model: "Recommender", time: int) -> "PolicyAt | None":
    """The rules of the workspace's `[policy]` as of a moment; None if there are none."""
    from serving.policy.config import PolicyConfig
    from serving.policy.opening import opened

    policy = opened(Workspace(args.workspace).settings.section("policy", PolicyConfig), model)
    return None if policy is None else policy.at(time)
