"""Blanking: a model without some of its customers.

Nobody else's numbers change: in the place of a customer stands nobody, with an id that no customer can have, without
events, profile or factors.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from features.arrays import Array, Bools, offsets_of, rows_of
from features.identity.aliases import Aliases
from features.profiles import Attribute, Interests, Profiles
from features.tables.patterns import NOBODY
from features.vocabulary import Vocabulary
from training.candidates import registry
from training.candidates import state as learned
from training.candidates.base import Generator
from training.candidates.lookalikes import Lookalikes
from training.candidates.sparse import Csr
from training.pool import Source
from training.recommender import Recommender
from training.segments.segmenter import Held

_NOBODY = f"{NOBODY}erased:"


def without(model: Recommender, gone: Bools) -> Recommender:
    """The model with nobody in the place of the customers where `gone` (C,) is true."""
    history = model.history.only(~gone[model.history.row])
    segments = model.segments and replace(
        model.segments, held={name: _nowhere(held, gone) for name, held in model.segments.held.items()}
    )
    return replace(
        model,
        customers=_renamed(model.customers, gone),
        history=history,
        profiles=_profiles(model.profiles, gone),
        sources=tuple(Source(generator_without(s.generator, gone, len(model.products)), s.size) for s in model.sources),
        segments=segments,
        aliases=_aliases(model.aliases, gone),
    )


def _renamed(customers: Vocabulary, gone: Bools) -> Vocabulary:
    ids = customers.ids()
    for row in np.flatnonzero(gone).tolist():
        ids[row] = f"{_NOBODY}{row}"
    return Vocabulary.of_column(pa.array(ids, pa.string()))


def _aliases(aliases: Aliases, gone: Bools) -> Aliases:
    """Without the other ids of nobody."""
    keep = (aliases.customer < 0) | ~gone[np.maximum(aliases.customer, 0)]
    return replace(aliases, hashes=aliases.hashes[keep], customer=aliases.customer[keep])


def _profiles(profiles: Profiles, gone: Bools) -> Profiles:
    attributes = {
        name: Attribute(np.where(gone, np.int32(-1), a.code), a.names) for name, a in profiles.attributes.items()
    }
    consent = np.where(gone, np.uint8(0), profiles.consent).astype(np.uint8)
    levels: Sequence[Interests] = [level.only(~gone[rows_of(level.offsets)]) for level in profiles.interests]
    return replace(profiles, attributes=attributes, consent=consent).with_interests(levels)


def generator_without(generator: Generator, gone: Bools, products: int) -> Generator:
    """What it learned of single customers becomes what it knows of a stranger: zeros."""
    found = registry.made(registry.path_of(type(generator)), registry.config_of(generator))
    arrays = learned.learned(generator)
    learned.restore(found, {name: _cleared(name, array, gone, products) for name, array in arrays.items()})
    if isinstance(found, Lookalikes):
        own = gone[found.reference]
        found.votes = _without_rows(found.votes, own)
        found.buyers = _without_rows(found.buyers.transposed(), own).transposed()
    return found


def _cleared(name: str, array: Array, gone: Bools, products: int) -> Array:
    """An array with one row a customer: named so (`user_...`), or of several columns with just so many rows, if that is
    not the number of products. Other arrays of a single column may have that length by chance."""
    if array.ndim == 0 or len(array) != len(gone):
        return array
    named = name.rpartition(".")[2].startswith("user")
    if not named and (array.ndim == 1 or len(gone) == products):
        return array
    found = np.array(array)
    found[gone] = 0
    return found


def _without_rows(matrix: Csr, rows: Bools) -> Csr:
    keep = ~rows[matrix.row]
    return Csr(offsets_of(matrix.row[keep], len(matrix)), matrix.index[keep], matrix.value[keep], matrix.width)


def _nowhere(held: Held, gone: Bools) -> Held:
    return Held(np.where(gone[: len(held.code)], -1, held.code).astype(held.code.dtype))
