"""A small simulated shop whose days come one by one, for what is about the process and not about the model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from benchmarks.timing import esnaf

NAME = "corner"
SETTINGS = f"""
[training]
figures = false
shop = "{NAME}"
horizon = 14
stride = 14
min_history = 28
windows = 2
[pool]
generators = ["repurchase", "rp3beta", "als", "neighbours", "words", "popular", "together"]
[ranker]
trees = 5
min_leaf = 5
min_positives = 5
threads = 1
[gate]
ndcg_loss = 0.9
coverage_loss = 1.0
drift = 100.0
guards = {{}}
"""  # a handful of customers decides: the gate must not be what ends a retraining
BEFORE = 80  # days that the first champion knows
END = date(2026, 1, 1)


@dataclass
class SmallShop:
    """Tables, a workspace, and how many of its days have come."""

    data: Path
    workspace: Path
    days: int  # that come one by one
    day: int = field(default=0)

    @classmethod
    def made(cls, folder: Path, days: int, run: Callable[..., object] = esnaf) -> "SmallShop":
        """Simulate it and train its first champion."""
        shop = cls(folder / "data", folder / "workspace", days)
        shop.workspace.mkdir()
        (shop.workspace / "esnaf.toml").write_text(SETTINGS)
        size = ["--customers=300", "--products=100", f"--days={BEFORE + days}", f"--end={END}", "--seed=3"]
        run("simulate", str(shop.data), *size)
        run("train", *shop.place, "--until", shop.until(0), "--quiet")
        return shop

    @property
    def place(self) -> Sequence[str]:
        """Words that say where it is."""
        return "--data", str(self.data), "--workspace", str(self.workspace)

    @property
    def here(self) -> Sequence[str]:
        """Words that say which workspace."""
        return "--workspace", str(self.workspace)

    def until(self, day: int) -> str:
        """The moment when that day is over."""
        return (END - timedelta(days=self.days - day)).isoformat()

    def retrain(self) -> list[str]:
        """The words that bring in the next day."""
        self.day += 1
        return ["retrain", *self.place, "--until", self.until(self.day)]
