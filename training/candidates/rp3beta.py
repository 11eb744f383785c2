"""RP3beta: a walk from a product to its buyers and on to what they bought (paudel2017updatable)."""

from dataclasses import dataclass

from features.arrays import Codes, Doubles
from training.candidates.base import Generator, Snapshot
from training.candidates.change import Change
from training.candidates.sampling import affordable
from training.candidates.sparse import Csr
from training.candidates.spread import spread_bought
from training.candidates.walk import steps, walk
from training.request import Request


@dataclass(frozen=True)
class Rp3betaConfig:
    """Defaults chosen on past windows of Online Retail."""

    neighbours: int = 100
    """Kept for each product."""
    alpha: float = 1.0
    """Power of the probabilities of a step."""
    beta: float = 0.5
    """Power of the popularity that a product is divided by; 0 leaves the plain walk."""
    half_life: float = 60.0
    """Days after which a purchase counts half."""
    asked: int = 50
    """The customer's products that are asked with, the heaviest of them: bounds the work of an answer."""
    normalise: bool = True
    """Whether a product's neighbours sum to one."""
    itself: bool = False
    """Whether a product is its own neighbour: then what was bought scores high."""
    most: int = 150
    """Products learned from per customer."""
    budget: int = 150_000_000
    """Pairs of products within customers; above it customers are sampled."""
    seed: int = 1
    """Of that sample."""


class Rp3beta(Generator):
    """A product's score is the chance to reach it in three steps from the customer."""

    name = "rp3beta"
    similar: Csr  # (P, P)

    def __init__(self, config: Rp3betaConfig = Rp3betaConfig()) -> None:
        self.config = config

    def fit(self, snapshot: Snapshot, previous: Generator | None = None) -> None:
        self.fit_weights(self._weights(snapshot))

    def update(self, snapshot: Snapshot, previous: Generator, change: Change) -> None:
        """Only the products whose sales grew get new neighbours."""
        if not isinstance(previous, Rp3beta):
            self.fit(snapshot)
            return
        weights = self._weights(snapshot)
        self.similar = previous.similar.with_rows(change.grown, self._similar(weights, change.grown))

    def _weights(self, snapshot: Snapshot) -> Csr:
        config, width = self.config, len(snapshot.catalogue)
        return snapshot.bought.decayed(snapshot.time, config.half_life, width=width, most=config.most)

    def fit_weights(self, weights: Csr) -> None:
        """Learn from decayed counts (C, P)."""
        self.similar = self._similar(weights)

    def _similar(self, weights: Csr, rows: Codes | None = None) -> Csr:
        """(rows, P) the neighbours of some products, of all by default."""
        config = self.config
        weights = affordable(weights.heaviest(config.most), config.budget, config.seed)
        most = config.neighbours if config.itself else config.neighbours + 1
        similar = walk(weights, alpha=config.alpha, beta=config.beta, neighbours=most, rows=rows)
        if not config.itself:
            similar = similar.only(similar.index != (similar.row if rows is None else rows[similar.row]))
        return steps(similar, 1.0) if config.normalise else similar

    def scores(self, request: Request) -> Doubles:
        """The third step, from the customer to what they bought, comes first."""
        return spread_bought(request, self.similar, half_life=self.config.half_life, asked=self.config.asked)
