"""Buy till you die: BG/NBD and Gamma-Gamma, the standard models of when and what people buy, by PyMC-Marketing.

BG/NBD (fader2005counting): a customer buys at a rate of their own and may leave after any purchase. Gamma-Gamma
(fader2013gamma): the mean spend of a customer is pulled to that of all. Priors are flat, so that the mode is the
maximum likelihood of the papers. Times are in weeks.
"""

import warnings
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from features.arrays import DAY, Doubles
from training.value.orders import Orders

WEEK = 7 * DAY


def summary(orders: Orders, as_of: int) -> pd.DataFrame:
    """What the models know of K customers, in their order: `frequency`, days with a purchase after the first;
    `recency`, weeks from the first purchase to the last; `T`, weeks from the first until now; `monetary_value`, mean
    spend of such a day, 0 where there is none."""
    columns = {"customer": orders.customer, "time": pd.to_datetime(orders.time, unit="s"), "amount": orders.amount}
    now = pd.to_datetime(as_of, unit="s")
    found = _library().rfm_summary(
        pd.DataFrame(columns), "customer", "time", "amount", observation_period_end=now, time_unit="D", time_scaler=7
    )
    return found.rename(columns={"customer": "customer_id"}).sort_values("customer_id", ignore_index=True)


def purchases(known: pd.DataFrame, weeks: float) -> Doubles:
    """(K,) purchases in the next weeks by BG/NBD."""
    model = _fitted("BetaGeoModel", known, ("alpha", "r", "a", "b"))
    return _values(model.expected_purchases(known, future_t=weeks))


def spend(known: pd.DataFrame) -> Doubles:
    """(K,) spend of a purchase by Gamma-Gamma, learned from those who bought again for a price."""
    model = _fitted("GammaGammaModel", known[known["monetary_value"] > 0], ("p", "q", "v"))
    return _values(model.expected_customer_spend(known))


def _fitted(name: str, known: pd.DataFrame, parameters: tuple[str, ...]) -> Any:
    from pymc_extras.prior import Prior

    model = getattr(_library(), name)(known, model_config={one: Prior("HalfFlat") for one in parameters})
    model.fit(method="map", progressbar=False)
    return model


def _values(found: Any) -> Doubles:
    return np.asarray(found.values, np.float64).ravel()


@cache
def _library() -> ModuleType:
    """Imported without the warnings of the libraries that it is made of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pymc_marketing import clv

    return clv
