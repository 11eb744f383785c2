"""Learning: a ValueModel from a shop's log as of any moment, and how good it is on the horizon before the end."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.arrays import DAY, Bools, Doubles
from features.eventlog import EventLog
from features.logs import log as logger
from features.segments.bands import quintiles
from training.value.boosted import Rows
from training.value.config import ValueConfig
from training.value.model import ValueModel, Values
from training.value.propensity import Propensity
from training.value.quality import Quality
from training.value.spending import Spending
from training.value.windows import Windows, horizon_of

FEWEST = 50  # customers who bought in the newest window, and who did not: fewer teach nothing
SHORTEST = 7  # days of a horizon
FARTHEST = 3.0  # times that the last half horizon may differ from what was expected


@dataclass(frozen=True)
class _Past:
    """Some windows, the newest first."""

    facts: Rows
    bought: list[Bools]  # (K,) of each
    spent: list[Doubles]  # (K,) of each

    @property
    def tells(self) -> bool:
        """Whether enough customers bought in the newest window, and enough did not."""
        return bool(self.bought) and FEWEST <= self.bought[0].sum() <= len(self.bought[0]) - FEWEST


@dataclass(frozen=True)
class _Learned:
    """What is foretold of a horizon."""

    buys: Propensity
    spending: Spending | None


@dataclass
class Learning:
    """One shop's log, and the model of any moment of it. What was known at a moment is worked out once."""

    log: EventLog
    config: ValueConfig
    seed: int
    end: int  # seconds since the epoch: nothing from then on is used

    @cached_property
    def horizon(self) -> int:
        """Days: those of the settings, or half of what was seen."""
        return horizon_of((self.end - self.log.start) / DAY, self.config.horizon)

    @cached_property
    def churn_days(self) -> int:
        """Days after which a customer is lost: those of the settings, or what is left of the log."""
        return max(self.horizon, horizon_of((self.end - self.log.start) / DAY, self.config.churn_days))

    @cached_property
    def _windows(self) -> Windows:
        return Windows.of(self.log, self.horizon, customers=self.config.customers, seed=self.seed)

    def fit(self, until: int) -> ValueModel | None:
        """The model that knows what happened before `until`; None where too little did."""
        learned = self._learned(until)
        if learned is None:
            return None
        stays, fifths = self._stays(until), self._fifths(until, learned)
        return ValueModel(self.horizon, self.churn_days, learned.buys, stays, learned.spending, fifths)

    def _learned(self, until: int) -> "_Learned | None":
        if self.horizon < SHORTEST:
            logger.warning("value.skipped", reason="the data is too short")
            return None
        past = self._past(until, self.horizon)
        if not past.tells:
            logger.warning("value.skipped", reason="too few customers bought, or did not")
            return None
        buys, chances = Propensity.fit(past.facts, past.bought, trees=self.config.trees)
        return _Learned(buys, self._spending(until, past, buys, chances))

    def _fifths(self, until: int, learned: "_Learned") -> Doubles | None:
        """(4,) what parts the customers of a moment into fifths by expected spend."""
        if learned.spending is None:
            return None
        known = self._windows.at(until).known
        return quintiles(learned.spending.expected(known, learned.buys.chances(known)))

    def _stays(self, until: int) -> Propensity | None:
        """Who buys before being lost."""
        if self.churn_days == self.horizon:
            return None
        past = self._past(until, self.churn_days)
        return Propensity.fit(past.facts, past.bought, trees=self.config.trees)[0] if past.tells else None

    def _spending(self, until: int, past: "_Past", buys: Propensity, chances: list[Doubles]) -> Spending | None:
        if not past.spent[0].any():
            return None
        fitted = Spending.fit(past.facts, chances, past.spent, trees=self.config.trees)
        return fitted.moved(self._trend(until, buys, fitted, float(past.spent[0].sum())) ** 0.5)

    def _past(self, until: int, days: int) -> "_Past":
        """The windows of so many days that end at `until` or before."""
        seconds = days * DAY
        windows = [self._windows.at(time) for time in self._windows.moments(until, seconds, self.config.windows)]
        return _Past(
            Rows([window.known for window in windows], seed=self.seed),
            [self._windows.bought(window, seconds) for window in windows],
            [self._windows.spent(window, seconds) for window in windows],
        )

    def _trend(self, until: int, buys: Propensity, spending: Spending, spent: float) -> float:
        """What was spent in the last half horizon, against what had been expected of it: the expectation of a horizon
        as of its beginning, and the share of the first half in the newest whole window."""
        half = self.horizon // 2 * DAY  # whole days: some shops know no time of day
        whole, last = self._windows.at(until - self.horizon * DAY), self._windows.at(until - half)
        share = float(self._windows.spent(whole, half).sum()) / spent
        expected = float(spending.expected(last.known, buys.chances(last.known)).sum()) * share
        found = float(self._windows.spent(last, half).sum())
        if expected <= 0 or found <= 0:
            return 1.0
        return float(np.clip(found / expected, 1 / FARTHEST, FARTHEST))

    def measured(self) -> Quality | None:
        """How good the model of a horizon before the end is on that horizon, which it has not seen."""
        cut = self.end - self.horizon * DAY
        model = self._learned(cut)
        if model is None:
            return None
        window, seconds = self._windows.at(cut), self.horizon * DAY
        chance = model.buys.chances(window.known)
        spend = np.full(len(chance), np.nan)
        if model.spending is not None:
            spend = model.spending.expected(window.known, chance)
        values = Values(spend, chance, 1.0 - chance)
        return Quality.of(values, self._windows.spent(window, seconds), self._windows.bought(window, seconds))
