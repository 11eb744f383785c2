"""Recommender: a fitted model that answers; what is measured, saved and served is this one thing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np

from features.arrays import Bools, Doubles, Floats, among, lengths_of, rows_of
from features.catalogue import Catalogue
from features.errors import BundleError, EsnafError
from features.fixed import Fixed
from features.history import History
from features.identity.aliases import Aliases
from features.kept import kept
from features.market import Market
from features.matrix import feature_matrix
from features.pairs import Pairs
from features.profiles import Profiles
from features.segments.customers import Customers
from features.segments.foretold import Foretell
from features.segments.population import Population
from features.visit import visit_matrix
from features.vocabulary import Vocabulary
from training import _lists, bundle
from training.candidates.propose import rows_at_once
from training.counting import Counting
from training.onboarding import with_onboarding, with_places
from training.packing import pack, unpacked
from training.pool import Pool, Source
from training.query import Answer, Fill, Filters, Item, Query
from training.questions import Questions
from training.ranker import Ranker
from training.ranking import Ranking
from training.request import Request
from training.rules import SOURCES, Arranger, Policy, Rules
from training.segments.segmenter import Segmenter
from training.shelf import Shelf
from training.value.foretold import foretelling
from training.value.model import ValueModel
from training.visits import VisitRanker

Order: TypeAlias = Ranker | Counting

AT_ONCE = 1_000  # customers ranked together
_FILLS = (*Shelf.SOURCES, *SOURCES)


class UnknownProductError(EsnafError):
    """A product that the model has not seen."""


@dataclass(frozen=True)
class Recommender:
    """Everything that an answer needs, as of `time`."""

    time: int  # seconds since the epoch, UTC: what happened before is known
    customers: Vocabulary
    products: Vocabulary
    history: History  # C customers
    profiles: Profiles  # C customers
    catalogue: Catalogue  # P products
    market: Market  # P products
    sources: tuple[Source, ...]
    order: Order
    facts: Mapping[str, Any]  # for the manifest: configuration, version, window
    visits: VisitRanker | None = None  # what a visit under way adds; None where too little was seen of visits
    value: ValueModel | None = None  # what customers will spend; None where too little was bought to foretell it
    segments: Segmenter | None = None  # the groups of customers
    aliases: Aliases = field(default_factory=Aliases.none)  # other ids of the customers

    @kept
    def questions(self) -> Questions:
        """Queries turned into arrays."""
        return Questions(
            self.customers, self.products, self.history, self.profiles, self.catalogue, self.market, self.aliases
        )

    @kept
    def foretell(self) -> Foretell:
        """What the value model says of customers."""
        return foretelling(self.value)

    def population_at(self, time: int) -> Population:
        """Its customers as segments see them at a moment."""
        return Population(self.history, self.profiles, self.catalogue, time, self.foretell)

    def customers_of(self, request: Request) -> Customers:
        """The customers of a request as segments see them, with what they did since the model was made."""
        history, time = request.history, request.context.time
        return Customers(history, request.profiles, self.catalogue, time, self.foretell(history, time))

    @kept
    def shelf(self) -> Shelf:
        """What fills lists."""
        return Shelf.of(self.catalogue, self.market)

    @kept
    def fixed(self) -> Fixed:
        """The features of the products."""
        return Fixed.of(self.catalogue, self.market)

    @property
    def names(self) -> tuple[str, ...]:
        """The generators."""
        return tuple(source.generator.name for source in self.sources)

    @property
    def source_names(self) -> tuple[str, ...]:
        """What `Ranking.source` counts: the generators, the shelf, and what rules put into lists."""
        return (*self.names, *_FILLS)

    def recommend(
        self, queries: Sequence[Query], n: int, *, time: int | None = None, policy: Policy | None = None
    ) -> list[Answer]:
        """The best `n` products for each query, as of `time` (default: the end of the model's data), under the rules
        of a policy."""
        answers: list[Answer | None] = [None] * len(queries)
        moment = self.time if time is None else time
        for (filters, rules), rows in _alike(queries, policy).items():
            allowed = self.questions.allowed(filters)
            for start in range(0, len(rows), self.at_once):
                part = rows[start : start + self.at_once]
                request = self.questions.request([queries[row] for row in part], moment)
                ranking = self.lists(
                    request, n, allowed=allowed, exclude_purchased=filters.exclude_purchased, rules=rules
                )
                for row, answer in zip(part, self._answers(request, ranking), strict=True):
                    answers[row] = answer
        return [answer for answer in answers if answer is not None]

    @property
    def at_once(self) -> int:
        """How many customers are ranked together, so that memory stays bounded."""
        return min(AT_ONCE, rows_at_once(len(self.catalogue)))

    def lists(
        self,
        request: Request,
        n: int,
        *,
        allowed: Bools | None = None,
        exclude_purchased: bool = False,
        rules: Rules | None = None,
    ) -> Ranking:
        """The lists of R customers, filled to `n` where the catalogue, and the rules if there are any, allow."""
        if rules is not None:
            allowed = rules.within(allowed)
        arranger = None if rules is None else rules.arranger
        ranking = self.ranked(request, allowed=allowed)
        return self.shortened(
            ranking, request, n, allowed=allowed, exclude_purchased=exclude_purchased, arranger=arranger
        )

    def ranked(self, request: Request, *, allowed: Bools | None = None) -> Ranking:
        """All candidates of R customers in order."""
        return self.ordered(request, Pool.gather(self.sources, request, allowed=allowed))

    def ordered(self, request: Request, pool: Pool) -> Ranking:
        """A pool of candidates in the order of the ranker's scores, without what is in hand."""
        pairs = pool.pairs()
        scores = self.order.scores(self.matrix(request, pairs))
        added = self.visit_scores(request, pairs, scores)
        scores = with_places(with_onboarding(scores, request, pairs) + added, request, pairs, self.catalogue)
        if request.faded is not None:
            scores = scores - request.faded.amounts(pairs.customer, pairs.product)
        ranking = Ranking.of(pool, scores, len(request))
        return ranking.only(_lists.apart(ranking.row, ranking.product, *request.in_hand))

    def visit_scores(self, request: Request, pairs: Pairs, scores: Doubles) -> Doubles:
        """(M,) what the visits under way add to the ranker's scores (M,); 0 for those who are in none."""
        added = np.zeros(len(scores))
        if self.visits is None:
            return added
        inside = np.zeros(len(request), np.bool_)
        inside[request.visits.under_way] = True
        at = np.flatnonzero(inside[pairs.customer]).astype(np.int32)
        if len(at):
            matrix = visit_matrix(request.visits, self.catalogue, self.market, pairs.take(at), scores[at])
            added[at] = self.visits.scores(matrix)
        return added

    def matrix(self, request: Request, pairs: Pairs) -> Floats:
        """(M, F) the features that the ranker reads."""
        return feature_matrix(
            request.history,
            self.catalogue,
            self.market,
            pairs,
            request.context.time,
            profiles=request.profiles,
            context=request.context,
            names=self.order.names,
            fixed=self.fixed,
            foretold=self.foretell(request.history, request.context.time),
        )

    def shortened(
        self,
        ranking: Ranking,
        request: Request,
        n: int,
        *,
        allowed: Bools | None,
        exclude_purchased: bool,
        arranger: Arranger | None = None,
    ) -> Ranking:
        """The first `n` of a ranking, variants of one product once, filled up from the shelf."""
        if exclude_purchased:
            ranking = ranking.only(~self.purchased(ranking, request))
        if arranger is not None:
            return arranger.arranged(ranking, request, n, allowed=allowed, exclude_purchased=exclude_purchased)
        if self.shelf.variants:
            ranking = ranking.one_of_each(self.catalogue.parent)
        ranking = ranking.first(n)
        if (lengths_of(ranking.offsets) >= n).all():
            return ranking
        return self.shelf.fill(
            ranking, request, n, allowed=allowed, exclude_purchased=exclude_purchased, source=len(self.sources)
        )

    def purchased(self, ranking: Ranking, request: Request) -> Bools:
        """(M,) whether the customer of each ranked pair had bought the product."""
        bought = request.bought
        keys = rows_of(bought.offsets).astype(np.int64) << 32 | bought.product
        return among(ranking.row.astype(np.int64) << 32 | ranking.product, keys)

    def save(self, folder: Path) -> None:
        """Write a bundle; BundleError where the folder exists. A crash leaves no folder of that name."""
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder.parent / f".{folder.name}.part"
        bundle.discard(temporary)
        try:
            pack(self, temporary)
            bundle.publish(temporary, folder)
        finally:
            bundle.discard(temporary)

    @classmethod
    def load(cls, folder: Path, *, verify: bool = True) -> Self:
        """Read a bundle, its arrays memory-mapped; BundleError where it is missing, damaged or of another format."""
        facts = bundle.verified(folder) if verify else bundle.read_manifest(folder)
        try:
            return cls(**unpacked(folder, facts))
        except KeyError as error:
            raise BundleError(f"{folder}: its manifest lacks {error}; train the model again") from error

    def _answers(self, request: Request, ranking: Ranking) -> list[Answer]:
        sources = self.source_names
        ids, source = self.products.ids(ranking.product), [sources[s] for s in ranking.source.tolist()]
        scores = ranking.score.tolist()
        stranger = lengths_of(request.history.offsets) == 0
        answers = []
        for row in range(len(request)):
            span = range(ranking.offsets[row], ranking.offsets[row + 1])
            items = [Item(ids[i], place, scores[i], source[i]) for place, i in enumerate(span, 1)]
            filled = [s for s in (source[i] for i in span) if stranger[row] or s in _FILLS]
            fallback = [Fill(name, count) for name, count in Counter(filled).items()]
            answers.append(Answer(items, fallback or None))
        return answers

    def similar(self, product_id: str, n: int, *, policy: Policy | None = None) -> list[Item]:
        """The `n` products most like one that a policy lets be shown anywhere; UnknownProductError if the model has not
        seen it."""
        from training.similar import similar

        index = self.products.index(product_id)
        if index < 0:
            raise UnknownProductError(
                f"product '{product_id}' is not known to this model; train with its events, or check the id"
            )
        rules = None if policy is None else policy.rules(Query())
        return similar(self, index, n, allowed=None if rules is None else rules.allowed)

    def explain(self, query: Query, product_ids: Sequence[str], *, time: int | None = None) -> list[str]:
        """One sentence for each product: why it stands in the customer's list."""
        from training.explain import explain

        return explain(self, replace(query, filters=Filters()), product_ids, self.time if time is None else time)


def _alike(queries: Sequence[Query], policy: Policy | None) -> dict[tuple[Filters, Rules | None], list[int]]:
    """The rows of the queries by what decides which products may be shown."""
    rows: dict[tuple[Filters, Rules | None], list[int]] = {}
    for row, query in enumerate(queries):
        rules = None if policy is None else policy.rules(query)
        rows.setdefault((query.filters, rules), []).append(row)
    return rows
