"""A small simulated shop with a model that serves."""

from pathlib import Path

import esnaf
from esnaf.arguments import invoke
from features.settings import Settings
from training import pointer
from training.pointer import Pointer

_QUICK = """
[pool]
generators = ["repurchase", "popular"]
[training]
windows = 1
"""


def modelled(folder: Path, text: str, *, customers: int, days: int) -> Path:
    """A workspace in `folder`, its tables in `data`, with a model of two generators and settings of the shop's own."""
    invoke("simulate", str(folder / "data"), f"--customers={customers}", "--products=100", f"--days={days}")
    (folder / "esnaf.toml").write_text(_QUICK + text)
    settings = Settings.parse(_QUICK + text)
    shop = esnaf.load_tables(folder / "data", esnaf.TablesConfig.of(settings))
    esnaf.Trainer(shop, settings).fit(until=shop.log.end, complete=True).save(folder / "bundles" / "1")
    pointer.replace(folder, Pointer("1", folder / "bundles" / "1"))
    return folder
