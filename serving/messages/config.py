"""Settings of messages and names: section `[messages]` of `esnaf.toml`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MessagesConfig:
    """Templates of messages, and the names that customers are shown by."""

    folder: str = "templates"
    """Folder of the templates in the workspace; `NAME/CHANNEL.LANGUAGE.html` or `.txt` below it."""
    language: str = "en"
    """Language of templates that are asked for in one that they do not have."""
    max_output_kb: int = 128
    """Kilobytes that a message may have."""
    scripts: tuple[str, ...] = ()
    """Scripts in which names are shown, such as `LATIN` or `GREEK`; empty shows them in any."""
    names_s: int = 60
    """Seconds after which a worker looks a name up again, and so the longest time that it shows one that is gone."""
    names: int = 50_000
    """Names that a worker keeps at hand."""

    def __post_init__(self) -> None:
        for name in ("max_output_kb", "names_s", "names"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)} is less than 1")
        if not self.language.replace("-", "").isalnum():
            raise ValueError(f"language = {self.language!r} is no language; write 'en' or 'pt-BR'")
