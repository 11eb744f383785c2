"""Unseen: windows that a model has not seen, and the tables that reach to their end."""

from pathlib import Path
from typing import TYPE_CHECKING

from esnaf.workspace import Workspace
from features.errors import RefusedError

if TYPE_CHECKING:
    from features.tables import Shop


def tables_until(workspace: Workspace, data: Path | None, *, start: int, end: int) -> "Shop":
    """The tables of the window `start <= time < end` and all before; RefusedError where they end sooner."""
    from features.arrays import DAY
    from features.store.training_view import stored_events
    from features.tables import TablesConfig, load
    from serving.clock import shown_time

    with stored_events(workspace.path, workspace.settings) as live:
        shop = load(data, TablesConfig.of(workspace.settings), until=end, live=live)
    days = (-(-shop.log.end // DAY) * DAY - start) // DAY
    if days < (end - start) // DAY:
        way_out = f"--horizon {days} is what there is" if days > 0 else "give newer tables, or measure an older version"
        raise RefusedError(
            f"the tables end on {shown_time(shop.log.end)}, before the window does on {shown_time(end)}; {way_out}"
        )
    return shop
