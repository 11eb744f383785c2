"""Library: the templates of a workspace, read and tried once, and the one that suits a channel and a language.

`welcome/email.de.html` is the template `welcome` for the channel `email` in German; `welcome/email.html` for any
language, `welcome/default.txt` for any channel. `welcome/email.de.subject.txt` beside it is the subject.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError, nodes

from features.errors import ConfigError
from serving.messages.bounds import Bounded, LimitError, meter
from serving.messages.config import MessagesConfig
from serving.messages.facts import ATTRIBUTES, ITEM, NAMES, example

ANY = "default"  # channel of templates for all
MOST_FILES = 2_000
MOST_BYTES = 262_144  # of one file
_FILE = re.compile(
    r"(?P<channel>[a-z0-9_]+)(\.(?P<language>[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*))?(\.subject)?\.(html|txt)"
)


@dataclass(frozen=True)
class Chosen:
    """A template as it was found."""

    file: str
    language: str | None  # of the template, None for one of any language
    html: bool
    body: Template
    subject: Template | None


@dataclass(frozen=True)
class Library:
    """Templates by name."""

    sources: Mapping[str, str]  # by file, `welcome/email.de.html`
    config: MessagesConfig

    @classmethod
    def read(cls, workspace: Path, config: MessagesConfig) -> Self:
        """All of a workspace, none where it has no such folder; ConfigError for the first that cannot be used."""
        folder = workspace / config.folder
        files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
        if len(files) > MOST_FILES:
            raise ConfigError(f"{folder}: {len(files):,} templates; at most {MOST_FILES:,} are read")
        library = cls({path.relative_to(folder).as_posix(): _text(path, folder) for path in files}, config)
        for file in library.sources:
            library.try_out(file)
        return library

    def __len__(self) -> int:
        return len(self.sources)

    @cached_property
    def names(self) -> list[str]:
        """What templates there are."""
        return sorted({file.rpartition("/")[0] for file in self.sources if file.rpartition("/")[0]})

    @cached_property
    def _environment(self) -> Bounded:
        return Bounded(loader=DictLoader(dict(self.sources)))

    @cached_property
    def _strict(self) -> Bounded:
        return Bounded(loader=DictLoader(dict(self.sources)), undefined=StrictUndefined)

    def choose(self, name: str, channel: str, language: str) -> Chosen | None:
        """The nearest there is: the channel before any channel, the language before a wider one (`pt` for `pt-BR`), the
        shop's own, and any."""
        for place in dict.fromkeys((channel, ANY)):
            for spoken in _languages(language, self.config.language):
                middle = f".{spoken}" if spoken else ""
                for end in (".html", ".txt"):
                    file = f"{name}/{place}{middle}{end}"
                    if file in self.sources:
                        return self._chosen(file, f"{name}/{place}{middle}.subject.txt", spoken)
        return None

    def _chosen(self, file: str, subject: str, language: str | None) -> Chosen:
        return Chosen(
            file,
            language,
            file.endswith(".html"),
            self._environment.get_template(file),
            self._environment.get_template(subject) if subject in self.sources else None,
        )

    def try_out(self, file: str) -> None:
        """ConfigError unless a template can be read, names nothing that there is not, and renders an example."""
        if "/" in file and not _FILE.fullmatch(file.rpartition("/")[2]):
            raise self._wrong(file, "its name is not CHANNEL.html, CHANNEL.LANGUAGE.html, or the same with .txt")
        try:
            tree = self._strict.parse(self.sources[file], file)
            for node in tree.find_all(nodes.Getattr):
                self._check_attribute(file, node)
            template = self._strict.get_template(file)
            rendered(template, {**example(self.config.language), **meter()}, self.config.max_output_kb << 10)
        except TemplateError as error:
            raise self._wrong(file, _told(error)) from None
        except Exception as error:  # noqa: BLE001  # whatever goes wrong inside a template is the template's
            raise self._wrong(file, str(error)) from None

    def _check_attribute(self, file: str, node: nodes.Getattr) -> None:
        owner = node.node.name if isinstance(node.node, nodes.Name) else ""
        known = ITEM if owner in {"item", "product"} else ATTRIBUTES.get(owner)
        if known is not None and node.attr not in known:
            raise self._wrong(file, f"line {node.lineno}: {owner} has no '{node.attr}'; it has {', '.join(known)}")

    def _wrong(self, file: str, reason: str) -> ConfigError:
        known = f"; a template may name {', '.join(sorted(NAMES))}" if reason.endswith("is undefined") else ""
        return ConfigError(f"[messages] {self.config.folder}/{file}: {reason}{known}")


def rendered(template: Template, facts: Mapping[str, Any], limit: int) -> str:
    """A text of at most `limit` characters; LimitError for a template that does too much."""
    parts: list[str] = []
    size = 0
    for part in template.generate(facts):
        size += len(part)
        if size > limit:
            raise LimitError(f"writes more than {limit:,} characters")
        parts.append(part)
    return "".join(parts)


def _languages(wanted: str, otherwise: str) -> Iterator[str | None]:
    """From the one that is wanted to any."""
    seen = dict.fromkeys([wanted, wanted.partition("-")[0], otherwise, otherwise.partition("-")[0]])
    yield from (language for language in seen if language)
    yield None


def _text(path: Path, folder: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{path.relative_to(folder)}: a template of more than {MOST_BYTES:,} bytes")
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from error


def _told(error: TemplateError) -> str:
    line = getattr(error, "lineno", None)
    return f"line {line}: {error.message}" if line else str(error.message or type(error).__name__)
