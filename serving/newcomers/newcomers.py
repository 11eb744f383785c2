"""Newcomers: the products that came up after one model was made, in the lists that know live events."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from features.consent.register import Register
from serving.newcomers.arrivals import Arrivals
from serving.newcomers.config import NewcomersConfig
from serving.newcomers.fitting import Fit, Fitting
from serving.newcomers.follower import Follower
from serving.newcomers.follows import Follows, alone
from serving.newcomers.permission import Permission
from serving.newcomers.placing import SOURCE, most_of, placed, places
from serving.newcomers.standin import StandIns
from serving.policy.policy import PolicyAt, Standing
from training.query import Answer, Item, Query
from training.recommender import Recommender
from training.similar import SAME_CATEGORY, similar

_LOOKED_AT = 100  # newcomers that fit, of which some may be shown


class Newcomers:
    """Those of one model; `default` says whether people of whom nothing is known may be followed."""

    def __init__(
        self,
        model: Recommender,
        config: NewcomersConfig,
        *,
        default: bool,
        register: Register | None = None,
        known_as: Callable[[str], Sequence[str]] = alone,
    ) -> None:
        self._model, self._config = model, config
        self._follows = Follows(model, default, Register() if register is None else register, known_as)
        self._arrivals = Arrivals(config.most)
        self._stand_ins = StandIns(model, self._arrivals)
        self.follower = Follower(model.products, self._follows, self._arrivals) if config.enabled else None

    def stood_in(self, query: Query) -> Query:
        """A question as the model understands it."""
        if not self._arrivals or not query.recent:
            return query
        return replace(query, recent=self._stand_ins.deeds(query.recent))

    def added(self, query: Query, answer: Answer, n: int, *, policy: PolicyAt | None, moment: int) -> Answer:
        """A list of n with the newcomers that fit; the list itself for those who did nothing since the model was made,
        or do not consent to being followed."""
        if not self._arrivals or not query.recent or not self._follows(query.customer_id or ""):
            return answer
        standing = None if policy is None else policy.rules(query)
        chosen = self._chosen(query, answer, n, standing=standing, moment=moment)
        if not chosen:
            return answer
        pinned = set() if standing is None else standing.pinned(answer.items, n, self._model.products)
        at = places(chosen, self._config, n, taken=pinned)
        return placed(answer, at, n, pinned=pinned) if at else answer

    def _chosen(self, query: Query, answer: Answer, n: int, *, standing: Standing | None, moment: int) -> Sequence[Fit]:
        """As many as a list may have, the best first."""
        permission = Permission(self._model, self._arrivals, query, standing, moment)
        chosen: list[Fit] = []
        for fit in Fitting(self._model, self._arrivals, query, moment, self._config.people).found()[:_LOOKED_AT]:
            listed = [*answer.items, *(Item(one.product_id, 0, 0.0, SOURCE) for one in chosen)]
            if fit.product_id in query.faded:
                continue
            if permission.given(fit.arrival.facts) and permission.room(fit.arrival.facts, listed):
                chosen.append(fit)
            if len(chosen) >= most_of(self._config, n):
                break
        return chosen

    def similar(self, product_id: str, n: int, *, standing: Standing | None) -> Sequence[Item] | None:
        """What is like a newcomer: its stand-in, and what is similar to that; None where there is none."""
        arrival = self._arrivals.get(product_id)
        found = None if arrival is None else self._stand_ins.of(arrival.facts)
        if found is None:
            return None
        allowed = None if standing is None else standing.allowed
        items = similar(self._model, found, n, allowed=allowed)
        if allowed is None or allowed[found]:
            first = Item(self._model.products.id(found), 1, items[0].score if items else 0.0, SAME_CATEGORY)
            items = [first, *items][:n]
        return [replace(item, rank=rank) for rank, item in enumerate(items, 1)]
