"""Words: products whose names, category and brand resemble what the customer bought; it knows new products too."""

from dataclasses import dataclass, replace

import numpy as np

from features.arrays import Bools, Codes, Counts, rows_of
from features.catalogue import Catalogue
from training.candidates.base import Generator, Snapshot
from training.candidates.change import Change
from training.candidates.nearest import alike, nearest
from training.candidates.scores import Scores
from training.candidates.sparse import Csr
from training.candidates.spread import spread_bought
from training.request import Request


@dataclass(frozen=True)
class WordsConfig:
    """Cosine of tf-idf vectors of words; a category and a brand are a word each."""

    neighbours: int = 20
    """Kept for each product."""
    common: float = 0.1
    """Words in more than this share of the products say nothing and cost the most; they are left out."""
    most: int = 1_000
    """Words in more products than this are left out, however large the catalogue."""
    half_life: float = 60.0
    """Days after which a purchase counts half."""
    asked: int = 50
    """The customer's products that are asked with, the heaviest of them: bounds the work of an answer."""


class Words(Generator):
    """A product's score is the sum over the customer's products of their decayed count x the similarity.

    It names only products that existed at the snapshot's moment: sold before it, or created before it.
    """

    name = "words"
    similar: Csr  # (P, P)
    learned_from: Counts  # (P,) hash of each product's words, and whether it existed

    def __init__(self, config: WordsConfig = WordsConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        self.similar = self._similar(snapshot, None)
        self.learned_from = _hashes(snapshot.catalogue, snapshot.existing)

    def update(self, snapshot: Snapshot, previous: Generator, change: Change) -> None:
        """Only products that are new, or have other words now, get new neighbours, and become neighbours of others."""
        if not isinstance(previous, Words):
            self.fit(snapshot)
            return
        self.learned_from = _hashes(snapshot.catalogue, snapshot.existing)
        known = min(len(previous.learned_from), len(self.learned_from))
        other = previous.learned_from[:known] != self.learned_from[:known]
        rows = np.append(np.flatnonzero(other), np.arange(known, len(self.learned_from))).astype(np.int32)
        kept = previous.similar.only(~np.isin(previous.similar.index, rows))
        self.similar = kept.with_rows(rows, self._similar(snapshot, rows))
        if len(rows):
            self.similar = self._with_neighbours(snapshot, rows)

    def _with_neighbours(self, snapshot: Snapshot, rows: Codes) -> Csr:
        """(P, P) what is known, with some products as neighbours of the others where they are close enough."""
        config, vectors = self.config, self._vectors(snapshot)
        existing = snapshot.existing[rows]
        near = nearest(vectors, vectors.take(rows).transposed(), config.neighbours, allowed=existing)
        others = near.only(~np.isin(near.row, rows))
        new = Csr(others.offsets, rows[others.index], others.value, self.similar.width)
        return Csr.of(self.similar.matrix() + new.matrix()).heaviest(config.neighbours)

    def _vectors(self, snapshot: Snapshot) -> Csr:
        return _vectors(snapshot.catalogue, min(self.config.common * len(snapshot.catalogue), self.config.most))

    def _similar(self, snapshot: Snapshot, rows: Codes | None) -> Csr:
        vectors = self._vectors(snapshot)
        onward, most, existing = vectors.transposed(), self.config.neighbours, snapshot.existing
        if rows is not None:
            return nearest(vectors.take(rows), onward, most, allowed=existing)
        similar = alike(onward, most, allowed=existing)
        return replace(similar, value=similar.value.astype(np.float32))

    def scores(self, request: Request) -> Scores:
        """Sums over what the customer bought."""
        return spread_bought(request, self.similar, half_life=self.config.half_life, asked=self.config.asked)


def _hashes(catalogue: Catalogue, existing: Bools) -> Counts:
    """(P,) numbers that differ where the words of a product do, but for chance: sums of scrambled word numbers."""
    row, word = _tokens(catalogue)
    scrambled = (word.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    scrambled ^= scrambled >> np.uint64(29)
    found = np.zeros(len(catalogue), np.uint64)
    np.add.at(found, row, scrambled * scrambled)
    return (found ^ existing.astype(np.uint64)).view(np.int64)


def _vectors(catalogue: Catalogue, most: float) -> Csr:
    """(P, words) tf-idf vectors of length one, without the words of more than `most` products."""
    products = len(catalogue)
    row, word = _tokens(catalogue)
    keys = np.unique(row.astype(np.int64) << 32 | word)
    row, word = (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)
    count = np.bincount(word)
    keep = count[word] <= max(2.0, most)
    row, word = row[keep], word[keep]
    weight = np.log(products / count[word])
    length = np.sqrt(np.bincount(row, weight * weight, products))
    offsets = np.append(0, np.cumsum(np.bincount(row, minlength=products)))
    return Csr(offsets, word, weight / np.maximum(length, 1e-12)[row], len(count))


def _tokens(catalogue: Catalogue) -> tuple[Codes, Codes]:
    """The words of each name, then its category and brand, numbered apart."""
    words = int(catalogue.word.max(initial=-1)) + 1
    categories = int(catalogue.category.max(initial=-1)) + 1
    rows, tokens = [rows_of(catalogue.word_offsets)], [catalogue.word]
    for codes, start in ((catalogue.category, words), (catalogue.brand, words + categories)):
        known = np.flatnonzero(codes >= 0).astype(np.int32)
        rows.append(known)
        tokens.append(codes[known] + np.int32(start))
    return np.concatenate(rows), np.concatenate(tokens)
