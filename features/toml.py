"""TOML text from plain values; the standard library only reads it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any


def toml_value(value: Any) -> str:
    """A value as TOML text, on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        items = ", ".join(f"{_key(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {items} }}" if items else "{}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(toml_value, value))}]"
    return _quoted(value) if isinstance(value, str) else str(value)


def toml_text(values: Mapping[str, Any]) -> str:
    """A whole file: every table under a head of its own, so that reading it gives `values` again."""
    return "\n\n".join("\n".join(lines) for lines in _tables(values, ())) + "\n"


def _tables(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[list[str]]:
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    if plain or (path and not inner):
        head = [f"[{'.'.join(map(_key, path))}]"] if path else []
        yield [*head, *(f"{_key(key)} = {toml_value(value)}" for key, value in plain.items())]
    for key, value in inner.items():
        yield from _tables(value, (*path, key))


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")  # TOML allows no bare DEL
