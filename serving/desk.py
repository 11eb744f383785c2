"""Desk: all that the service answers with."""

from dataclasses import dataclass
from pathlib import Path

from serving.answers import Answers
from serving.cache import Cache
from serving.champion import Champion
from serving.clock import Clock
from serving.config import ServingConfig
from serving.metrics import Metrics


@dataclass(frozen=True)
class Desk:
    """A loaded model with its clock, its lists and its counters."""

    champion: Champion
    clock: Clock
    answers: Answers
    metrics: Metrics
    max_body: int  # bytes

    @classmethod
    def open(cls, workspace: Path, *, config: ServingConfig, clock: Clock) -> "Desk":
        """Load the champion of a workspace, whose checksums the parent has verified; BundleError if there is none."""
        champion = Champion.load(workspace, verify=False)
        metrics = Metrics()
        answers = Answers(champion, clock=clock, cache=Cache(config.cache_mb << 20), metrics=metrics)
        return cls(champion, clock, answers, metrics, max_body=config.max_body_kb << 10)

    def age(self) -> int:
        """Seconds from the end of the model's data to the clock's time."""
        return max(0, self.clock.time() - self.champion.recommender.time)
