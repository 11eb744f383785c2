"""A shop's tables: read from files or a database, checked row by row, and turned into arrays."""

from features.tables.config import ConsentConfig, EventsConfig, TableConfig, TablesConfig, TablesSection, TimeConfig
from features.tables.loading import load
from features.tables.report import Report
from features.tables.shop import Shop

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
