"""Moments: value models as of past moments, for features and segments of what is measured on the time that followed."""

from dataclasses import dataclass, field

from features.eventlog import EventLog
from features.registry import REGISTRY
from features.segments.config import SegmentsConfig
from features.segments.expression import Expression
from features.segments.foretold import FORETOLD
from features.settings import Settings
from training.value.config import ValueConfig
from training.value.learning import Learning
from training.value.model import ValueModel

FAMILY = "value"  # of features


@dataclass
class Moments:
    """The models of one log, each learned once, of what happened before its moment and of nothing else."""

    log: EventLog
    config: ValueConfig
    seed: int
    _made: dict[int, ValueModel | None] = field(default_factory=dict)

    def at(self, time: int) -> ValueModel | None:
        """None where too little happened before."""
        if time not in self._made:
            self._made[time] = Learning(self.log, self.config, self.seed, time).fit(time)
        return self._made[time]


def asked_for(names: list[str], settings: Settings) -> bool:
    """Whether features, or the shop's own segments, go by what a value model foretells."""
    if any(name in REGISTRY and REGISTRY[name].family == FAMILY for name in names):
        return True
    own = settings.section("segments", SegmentsConfig).custom
    return any(FORETOLD.keys() & set(Expression.parse(segment.where).names) for segment in own)
