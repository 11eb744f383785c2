"""Esnaf: product recommendations from a purchase log, trained, tracked and served. The front door of all rooms.

The public names are imported when they are first used, so that `import esnaf` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from features.settings import Settings as Settings
    from features.tables import Shop as Shop
    from features.tables import TablesConfig as TablesConfig
    from features.tables import load as load_tables
    from training.query import Answer as Answer
    from training.query import Filters as Filters
    from training.query import Item as Item
    from training.query import Query as Query
    from training.recommender import Recommender as Recommender
    from training.trainer import Trainer as Trainer

__version__ = "0.1.0"

_PUBLIC = {
    "Answer": "training.query:Answer",
    "Filters": "training.query:Filters",
    "Item": "training.query:Item",
    "Query": "training.query:Query",
    "Recommender": "training.recommender:Recommender",
    "Settings": "features.settings:Settings",
    "Shop": "features.tables:Shop",
    "TablesConfig": "features.tables:TablesConfig",
    "Trainer": "training.trainer:Trainer",
    "load_tables": "features.tables:load",
}

__all__ = ["Answer", "Filters", "Item", "Query", "Recommender", "Settings", "Shop", "TablesConfig", "Trainer"]
__all__ += ["load_tables"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'esnaf' has no attribute {name!r}; it has {', '.join(_PUBLIC)}")
    module, _, attribute = _PUBLIC[name].partition(":")
    return getattr(import_module(module), attribute)
