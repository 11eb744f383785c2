"""Settings of exploration."""

from dataclasses import dataclass
from typing import Literal, Self

from features.errors import ConfigError
from features.exposures.config import ExposuresConfig
from features.settings import Settings


@dataclass(frozen=True)
class ExplorationConfig:
    """Whether the service draws what it shows from the top of a list, each product's probability being logged."""

    method: Literal["off", "epsilon", "softmax"] = "off"
    """`epsilon`: at some places any of the top; `softmax`: the top in a random order that follows the scores."""
    epsilon: float = 0.05
    """Probability of a place to be drawn from all that is left of the top, instead of showing the best left."""
    temperature: float = 0.1
    """A product whose score lies this much below another's is drawn before it once in 3.7 times (1 in 1 + e)."""
    top: int = 20
    """Products of a list, from the best on, that take part."""
    seed: int | None = None
    """For tests and demos: the same draws in every worker and after every start. Not set, they are the system's."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The section; ConfigError where what is drawn would not be written down, which would be of no use."""
        config = settings.section("exploration", cls)
        if config.method != "off" and not settings.section("exposures", ExposuresConfig).enabled:
            raise ConfigError(
                f"{settings.source}: [exploration] method = {config.method!r}: what is drawn must be written down; "
                "set [exposures] enabled = true, or method = 'off'"
            )
        return config

    @property
    def described(self) -> str:
        """The method and what it is drawn by, as the exposure log has it."""
        if self.method == "off":
            return "off"
        name = "epsilon" if self.method == "epsilon" else "temperature"
        return f"{self.method}({name}={getattr(self, name)!r}, top={self.top})"

    def __post_init__(self) -> None:
        if not 0 < self.epsilon <= 1:
            raise ValueError(f"epsilon = {self.epsilon} is not above 0 and at most 1; method = 'off' draws nothing")
        if not 1e-6 <= self.temperature <= 1e6:
            raise ValueError(f"temperature = {self.temperature} is not between 1e-6 and 1e6")
        if not 2 <= self.top <= 1_000:
            raise ValueError(f"top = {self.top} is not between 2 and 1,000")
