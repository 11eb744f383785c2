"""Shelf: what fills a list when the candidates run out, popular products first and then the rest of the catalogue."""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from features.arrays import Array, Bools, Codes, Counts, Offsets, offsets_of, rows_of
from features.catalogue import Catalogue
from features.market import Market
from training.absent import first_absent
from training.ranking import Ranking
from training.request import Request


@dataclass(frozen=True)
class Shelf:
    """All products, those that sell best now first, ties to the lower index."""

    SOURCES: ClassVar[tuple[str, ...]] = ("popular_fill", "catalogue_fill")

    order: Codes  # (P,)
    sold: Bools  # (P,) whether it was ever sold
    parent: Codes  # (P,)
    variants: bool  # whether some products are variants of one

    @classmethod
    def of(cls, catalogue: Catalogue, market: Market) -> Self:
        """From the market's decayed counts."""
        order = np.lexsort((np.arange(len(catalogue)), -market.sold, -market.decayed)).astype(np.int32)
        parents = catalogue.parent[catalogue.parent >= 0]
        return cls(order, market.sold > 0, catalogue.parent, len(np.unique(parents)) < len(parents))

    def fill(
        self,
        ranking: Ranking,
        request: Request,
        n: int,
        *,
        allowed: Bools | None,
        exclude_purchased: bool,
        source: int,
    ) -> Ranking:
        """Lists filled up to `n`; `source` is the index of the first of `SOURCES`.

        What fills never shows what is listed, in hand, not allowed, a variant of something listed, or, if so asked,
        bought. Its scores lie below those of the ranked part.
        """
        order = self.order if allowed is None else self.order[allowed[self.order]]
        missing = np.maximum(n - np.diff(ranking.offsets), 0)
        row, product = self._taken(ranking, request, exclude_purchased)
        offsets = offsets_of(row, len(ranking))
        filled = self._found(ranking, order, offsets, product, missing)
        keep = (filled >= 0) & (np.cumsum(filled >= 0, axis=1) <= missing[:, None])
        rows, places = np.nonzero(keep)
        return self._appended(ranking, rows.astype(np.int32), filled[rows, places], source)

    def _found(self, ranking: Ranking, order: Codes, offsets: Offsets, product: Codes, missing: Counts) -> Codes:
        """(R, K) the first of the order that may stand in each list, at least `missing` (R,) where there are so many.

        Variants that are passed over are made up for by looking further.
        """
        deep = int(missing.max(initial=0))
        while True:
            found = first_absent(order, offsets, product, min(deep, len(order)))
            if self.variants:
                found = self._without_variants(found, ranking)
            if not self.variants or deep >= len(order) or ((found >= 0).sum(axis=1) >= missing).all():
                return found
            deep *= 4

    def _taken(self, ranking: Ranking, request: Request, exclude_purchased: bool) -> tuple[Codes, Codes]:
        row, product = request.in_hand
        rows: list[Array] = [ranking.row, row]
        products = [ranking.product, product]
        if exclude_purchased:
            rows.append(rows_of(request.bought.offsets))
            products.append(request.bought.product)
        keys = np.unique(np.concatenate(rows).astype(np.int64) << 32 | np.concatenate(products))
        return (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32)

    def _without_variants(self, found: Codes, ranking: Ranking) -> Codes:
        """(R, K) with -1 for variants of what is listed, or of what stands further up."""
        rows, places = np.nonzero(found >= 0)
        group = self.parent[found[rows, places]]
        listed = self.parent[ranking.product]
        row = np.concatenate([ranking.row, rows]).astype(np.int64)
        code = np.concatenate([listed, group]).astype(np.int64)
        grouped = np.flatnonzero(code >= 0)
        _, first = np.unique(row[grouped] << 32 | code[grouped], return_index=True)
        again = np.zeros(len(code), np.bool_)
        again[grouped] = True
        again[grouped[first]] = False
        result = found.copy()
        hidden = again[len(ranking.row) :]
        result[rows[hidden], places[hidden]] = -1
        return result

    def _appended(self, ranking: Ranking, row: Codes, product: Codes, source: int) -> Ranking:
        last = np.zeros(len(ranking))
        some = np.diff(ranking.offsets) > 0
        last[some] = ranking.score[ranking.offsets[1:][some] - 1]
        place = np.arange(len(row)) - offsets_of(row, len(ranking))[row]
        score = last[row] - 1.0 - place
        kind = np.where(self.sold[product], source, source + 1).astype(np.int32)
        rows = np.concatenate([ranking.row, row])
        by = np.argsort(rows, kind="stable")
        return Ranking(
            offsets_of(rows[by], len(ranking)),
            np.concatenate([ranking.product, product])[by],
            np.concatenate([ranking.score, score])[by],
            np.concatenate([ranking.source, kind])[by],
        )
