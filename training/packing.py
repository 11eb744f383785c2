"""Packing: the parts of a recommender as the files of a bundle, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from features.catalogue import Catalogue
from features.errors import BundleError
from features.history import History
from features.identity.aliases import Aliases
from features.market import Market
from features.modules import UnknownModuleError, load, modules_of
from features.profiles import Profiles
from features.vocabulary import Vocabulary
from training import bundle, storage
from training.candidates import registry
from training.candidates import state as learned
from training.counting import Counting
from training.pool import Source
from training.ranker import Ranker
from training.segments.segmenter import Segmenter
from training.value.model import ValueModel
from training.visits import VisitRanker

if TYPE_CHECKING:
    from training.recommender import Recommender

_ARRAYS = ("history", "profiles", "catalogue", "market")
_LEARNED = ("visits", "value", "segments")  # that a recommender may lack


@dataclass(frozen=True)
class _Ids:
    ids: Vocabulary


def pack(model: "Recommender", folder: Path) -> None:
    """Write a bundle into a folder that is not there yet, its manifest last."""
    storage.dump(_Ids(model.customers), folder / "customers")
    storage.dump(_Ids(model.products), folder / "products")
    for name in _ARRAYS:
        storage.dump(getattr(model, name), folder / name)
    if len(model.aliases) or model.aliases.change:
        storage.dump(model.aliases, folder / "aliases")
    for source in model.sources:
        learned.save(source.generator, folder / "generators" / source.generator.name)
    trees = isinstance(model.order, Ranker)
    model.order.save(folder / ("ranker" if trees else "counting.json"))
    parts = {name: getattr(model, name) for name in _LEARNED}
    for part in parts.values():
        if part is not None:
            part.save(folder)
    kinds = {"ranker": "trees" if trees else "counting", **{name: part is not None for name, part in parts.items()}}
    facts = {**model.facts, "time": model.time, "features": modules_of(model.order.names), **kinds}
    bundle.seal(folder, facts | {"generators": [_entry(source) for source in model.sources]})


def unpacked(folder: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a recommender, its arrays memory-mapped; KeyError for a fact that the manifest lacks, BundleError
    where a part cannot be read."""
    trees = facts["ranker"] == "trees"
    _load_modules(facts.get("features", ()), folder)
    return {
        "time": facts["time"],
        "customers": storage.restore(_Ids, folder / "customers").ids,
        "products": storage.restore(_Ids, folder / "products").ids,
        "history": storage.restore(History, folder / "history"),
        "profiles": storage.restore(Profiles, folder / "profiles"),
        "catalogue": storage.restore(Catalogue, folder / "catalogue"),
        "market": storage.restore(Market, folder / "market"),
        "sources": tuple(_source(entry, folder) for entry in facts["generators"]),
        "order": Ranker.load(folder / "ranker") if trees else Counting.load(folder / "counting.json"),
        "visits": VisitRanker.load(folder) if facts.get("visits") else None,
        "value": ValueModel.load(folder) if facts.get("value") else None,
        "segments": Segmenter.load(folder) if facts.get("segments") else None,
        "aliases": storage.restore(Aliases, folder / "aliases") if (folder / "aliases").exists() else Aliases.none(),
        "facts": {name: value for name, value in facts.items() if name not in {"files", "format"}},
    }


def _load_modules(modules: Sequence[str], folder: Path) -> None:
    """Import what features of a shop's own come from; BundleError where one cannot be."""
    try:
        load(modules)
    except UnknownModuleError as error:
        raise BundleError(f"{folder}: its features are not there: {error}; put the module back") from error


def _entry(source: Source) -> dict[str, Any]:
    kind = type(source.generator)
    path = registry.path_of(kind)
    return {
        "path": path,
        "name": source.generator.name,
        "size": source.size,
        "config": registry.config_of(source.generator),
    }


def _source(entry: Mapping[str, Any], folder: Path) -> Source:
    generator = registry.made(entry["path"], entry["config"])
    return Source(learned.load(generator, folder / "generators" / entry["name"]), entry["size"])
