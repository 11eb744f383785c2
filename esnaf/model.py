"""Model: the one that a verb asks, and as of when."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from esnaf.moments import moment
from esnaf.workspace import Workspace
from features.errors import EsnafError, UsageError

if TYPE_CHECKING:
    from training.recommender import Recommender
    from training.segments.segmenter import Segmenter


def add_model(parser: ArgumentParser) -> None:
    """Which model, and as of when: what all verbs that ask a model take."""
    parser.add_argument("--model", default="champion", metavar="VERSION", help="version to ask (default: champion)")
    parser.add_argument(
        "--as-of", type=moment, metavar="T", help="2026-01-31 or 2026-01-31T12:00:00Z (default: end of its data)"
    )


def opened(args: Namespace) -> "tuple[Recommender, int, str]":
    """The model that the arguments name, the moment, and its version.

    UsageError for a moment before the end of the model's data, which it could not have known then.
    """
    from serving.clock import shown_time
    from training.recommender import Recommender

    found = Workspace(args.workspace).model(args.model)
    model = Recommender.load(found.bundle)
    time = model.time if args.as_of is None else int(args.as_of)
    if time < model.time:
        asked, known = shown_time(time), shown_time(model.time)
        raise UsageError(f"--as-of {asked}: model {found.version} knows what happened until {known}; ask as of then")
    return model, time, found.version


def segmenter_of(model: "Recommender", workspace: Workspace) -> "Segmenter":
    """The segments of a model, with the custom ones of the workspace as they are by now."""
    from features.segments.config import SegmentsConfig

    if model.segments is None:
        raise EsnafError("this model was made without segments; train a new one")
    return model.segments.with_custom(workspace.settings.section("segments", SegmentsConfig))


def name_of(model: "Recommender", product: str) -> str:
    """A product's name, empty where the shop gave none."""
    return model.catalogue.name[model.products.index(product)]
