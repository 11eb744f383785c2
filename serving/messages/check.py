"""Check: whether the templates of a workspace can all be used."""

from pathlib import Path

from features.settings import Settings
from serving.messages.config import MessagesConfig


def check_messages(workspace: Path, settings: Settings) -> list[str]:
    """The names of the templates; ConfigError for the first that cannot be used. Without a folder of them nothing of
    the template language is loaded."""
    config = settings.section("messages", MessagesConfig)
    if not (workspace / config.folder).is_dir():
        return []
    from serving.messages.library import Library

    return Library.read(workspace, config).names
