"""The commented `esnaf.toml` that `esnaf init` writes, made from the dataclasses of the sections.

A field's comment is the docstring under it. Every setting stands there commented out with its default, so a file
written once goes on following the defaults of later versions.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from itertools import pairwise
from typing import Any, get_args, get_origin, get_type_hints

from features.settings import default_of
from features.toml import toml_value

_HEAD = """\
# The settings of this shop. Every line below shows a default: take the '#' away to change it.
# `esnaf doctor` checks this file."""
_WIDTH = 110


def template(sections: Mapping[str, type]) -> str:
    """The text of a commented configuration file."""
    said: set[str] = set()  # what several sections have in common is explained once
    blocks = [_HEAD]
    for name, config in sections.items():
        blocks += (_block(section, said) for section in flattened(name, config))
    return "\n\n".join(blocks) + "\n"


@dataclass(frozen=True)
class Setting:
    """One line of a section."""

    name: str
    default: Any  # MISSING if it has none
    comment: str


@dataclass(frozen=True)
class Section:
    """One table of the file, without the tables inside it."""

    name: str
    comment: str
    settings: list[Setting]


def flattened(name: str, config: type) -> Iterator[Section]:
    """The section and, after it, the sections inside it."""
    yield from _flattened(name, config, inspect.cleandoc(config.__doc__ or ""), MISSING)


def _flattened(name: str, config: type, comment: str, instance: Any) -> Iterator[Section]:
    comments = field_comments(config)
    defaults = {field.name: getattr(instance, field.name, default_of(field)) for field in fields(config)}
    settings = [Setting(key, value, comments.get(key, "")) for key, value in defaults.items()]
    yield Section(name, comment, [setting for setting in settings if not is_dataclass(setting.default)])
    for inner in settings:
        if is_dataclass(inner.default):
            yield from _flattened(f"{name}.{inner.name}", type(inner.default), inner.comment, inner.default)


def listed(name: str, config: type) -> Iterator[Section]:
    """The tables that a section may have any number of, as `[[policy.pins]]`, with what one of them may set."""
    for key, hint in get_type_hints(config).items():
        kind = next(iter(get_args(hint)), None)
        if get_origin(hint) is tuple and isinstance(kind, type) and is_dataclass(kind):
            yield from flattened(f"{name}.{key}", kind)


def field_comments(config: type) -> dict[str, str]:
    """The docstrings that stand under the fields of a dataclass and its bases."""
    comments: dict[str, str] = {}
    for base in reversed(config.__mro__):
        if is_dataclass(base):
            comments.update(_comments_in(base))
    return comments


def _block(section: Section, said: set[str]) -> str:
    lines = [*_comment(section.comment), f"[{section.name}]"]
    for setting in section.settings:
        line = _line(setting)
        explained = f"{setting.comment} {line}"
        lines += [line] if explained in said else [*_comment(setting.comment), line]
        said.add(explained)
    return "\n".join(lines)


def _line(setting: Setting) -> str:
    if setting.default is None:
        return f"# {setting.name} =   (not set)"
    if setting.default is MISSING:
        return f"{setting.name} =   # must be set"
    return f"# {setting.name} = {toml_value(setting.default)}"


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(text, _WIDTH):
        yield f"## {line}"


def _comments_in(config: type) -> Iterator[tuple[str, str]]:
    body = ast.parse(textwrap.dedent(inspect.getsource(config))).body[0]
    statements = body.body if isinstance(body, ast.ClassDef) else []
    for field, after in pairwise(statements):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, " ".join(text.split())
