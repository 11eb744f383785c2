"""The files of a simulated shop, read when they are asked for."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from esnaf.simulation.parameters import Parameters

SMALL = replace(Parameters(), customers=500, products=250, days=200, seed=7)


@dataclass(frozen=True)
class Files:
    folder: Path

    def read(self, name: str) -> Any:
        return pd.read_parquet(self.folder / f"{name}.parquet")

    @cached_property
    def events(self) -> Any:
        return self.read("events")

    @cached_property
    def products(self) -> Any:
        return self.read("products")

    @cached_property
    def customers(self) -> Any:
        return self.read("customers")

    @cached_property
    def identities(self) -> Any:
        return self.read("identities")

    @cached_property
    def sessions(self) -> Any:
        return self.read("truth/sessions")

    @cached_property
    def people(self) -> Any:
        return self.read("truth/customers")

    @cached_property
    def missions(self) -> Any:
        return self.read("truth/missions")

    @cached_property
    def persons(self) -> Any:
        return self.read("truth/identities")

    def of(self, *kinds: str) -> Any:
        return self.events[self.events.event_type.isin(kinds)]
