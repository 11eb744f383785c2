"""A shop's tables: read from files or a database, checked row by row, and turned into arrays.

The names are imported when they are first used: the service judges live events by the same rules, and must not load
what only reading files needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from features.tables.config import ConsentConfig as ConsentConfig
    from features.tables.config import EventsConfig as EventsConfig
    from features.tables.config import TableConfig as TableConfig
    from features.tables.config import TablesConfig as TablesConfig
    from features.tables.config import TablesSection as TablesSection
    from features.tables.config import TimeConfig as TimeConfig
    from features.tables.loading import load as load
    from features.tables.report import Report as Report
    from features.tables.shop import Shop as Shop

__all__ = [
    "ConsentConfig",
    "EventsConfig",
    "Report",
    "Shop",
    "TableConfig",
    "TablesConfig",
    "TablesSection",
    "TimeConfig",
    "load",
]

_MODULES = {"load": "loading", "Report": "report", "Shop": "shop"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'features.tables' has no attribute {name!r}")
    return getattr(import_module(f"features.tables.{_MODULES.get(name, 'config')}"), name)
