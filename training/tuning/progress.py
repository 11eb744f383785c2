"""Progress: a bar on a terminal, a log line for each trial elsewhere."""

import logging
import shutil
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from optuna import Study
from optuna.trial import TrialState

from features.logs import log
from training.tuning.patience import Patience


@dataclass
class Progress:
    """What is seen of a study while it runs."""

    patience: Patience
    trials: int  # that were ended before, then that are ended now
    current: float | None = None  # what the current settings are worth
    best: float | None = None

    @classmethod
    def of(cls, study: Study, patience: Patience) -> Self:
        """Of a study that may have been left before."""
        ended = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))
        values = [t.value for t in ended if t.state == TrialState.COMPLETE and t.value is not None]
        return cls(patience, len(ended), *((values[0], max(values)) if values else ()))

    @cached_property
    def _bar(self) -> Any:
        """tqdm's, which Optuna brings along; None without a terminal."""
        if not (sys.stderr.isatty() and logging.getLogger("esnaf").isEnabledFor(logging.INFO)):
            return None
        from tqdm import tqdm

        minutes, seconds = divmod(round(self.patience.seconds), 60)
        bar_format = f"tuning |{{bar:20}}| {{elapsed}} of {minutes:02}:{seconds:02}{{postfix}}"
        columns, rows = shutil.get_terminal_size()  # 80 x 24 where the terminal does not tell: tqdm would show nothing
        total = self.patience.seconds
        return tqdm(total=total, bar_format=bar_format, file=sys.stderr, leave=False, ncols=columns, nrows=rows)

    def moved(self) -> None:
        """Something was done; the bar shows how much of the time is spent."""
        if self._bar is None:
            return
        self._bar.n = min(self.patience.spent, self.patience.seconds)
        self._bar.set_postfix_str(f"{self.trials} trials{self._gain}")

    def ended(self, number: int, state: str, value: float | None, changes: str, seconds: float) -> None:
        """A trial has ended."""
        self.trials += 1
        if value is not None and state == "complete":
            self.current = value if self.current is None else self.current
            self.best = value if self.best is None else max(self.best, value)
        if self._bar is None:
            figures = {} if value is None else {"ndcg_at_20": value}
            log.info("tune.trial", number=number, state=state, **figures, seconds=round(seconds, 1), changes=changes)
        self.moved()

    def step(self, event: str, **values: Any) -> None:
        """Something beside the trials has begun."""
        if self._bar is None:
            log.info(event, **values)
        self.moved()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()

    @property
    def _gain(self) -> str:
        if self.best is None or not self.current:
            return ""
        return f", best {self.best:.4f} ({100 * (self.best / self.current - 1):+.1f} %)"
