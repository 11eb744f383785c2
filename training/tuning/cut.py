"""Cut: a past moment, and what was bought in the horizon after it."""

from dataclasses import dataclass

from features.arrays import DAY
from features.errors import RefusedError
from features.settings import Settings
from features.tables import Shop
from training.evaluation.truth import Truth
from training.tracking.provenance import day
from training.trainer import Trainer


@dataclass(frozen=True)
class Cut:
    """A label window that trials are measured on."""

    truth: Truth

    @property
    def time(self) -> int:
        """Seconds since the epoch, UTC: what happened before is known to a trial."""
        return self.truth.cut

    def __str__(self) -> str:
        return f"{day(self.truth.cut)}..{day(self.truth.end)}"


def cuts_before(end: int, shop: Shop, settings: Settings, most: int) -> tuple[Cut, ...]:
    """The newest `most` windows that end by `end`, oldest first, with examples before them and customers in them.

    Raises:
        RefusedError: there is none.
    """
    trainer = Trainer(shop, settings)
    horizon, seed = trainer.recipe.training.horizon * DAY, trainer.recipe.training.seed
    times = [end - number * horizon for number in range(most, 0, -1)]
    able = [time for time in times if trainer.groundwork.windows(time)]
    found = [Cut(Truth.of(shop.log, time, time + horizon, seed=seed)) for time in able]
    chosen = tuple(cut for cut in found if len(cut.truth))
    if not chosen:
        needed = trainer.recipe.training.min_history + 3 * trainer.recipe.training.horizon
        raise RefusedError(
            f"too little happened before {day(end)}, where the test window begins, to tune on: the data must span at "
            f"least {needed} days (min_history and three horizons) and have customers who come back"
        )
    return chosen
