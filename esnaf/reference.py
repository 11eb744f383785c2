"""`python -m esnaf.reference` writes docs/cli.md and docs/settings.md from the code; `--check` only compares."""

import sys
from argparse import Action, ArgumentParser, _HelpAction, _SubParsersAction
from dataclasses import MISSING
from pathlib import Path

from esnaf import commands
from esnaf.arguments import parser_of
from esnaf.configfile import Section, Setting, flattened, listed
from esnaf.output import markdown_table
from esnaf.sections import sections
from features.toml import toml_value

DOCS = Path(__file__).parents[1] / "docs"

_CLI = """\
# Command line

<!-- Made by `python -m esnaf.reference`. -->

`esnaf VERB`. Exit code 0: done. 1: failed, or refused by a rule. 2: arguments, configuration or input that cannot be
used at all. Every failure is one line on standard error; with `--json` it is also an object
`{"error": {"code", "message"}}` on standard output. Events of the work are logged on standard error, one line each, as
JSON with `ESNAF_LOG=json`.

Every verb takes:
"""
_SETTINGS = """\
# Settings

<!-- Made by `python -m esnaf.reference`. -->

`esnaf.toml` in the workspace. What is not set there has the default below; `esnaf init` writes the whole file with
comments, `esnaf doctor` checks it.
"""


def cli_page() -> str:
    """docs/cli.md."""
    verbs = next(a for a in parser_of(commands.VERBS)._actions if isinstance(a, _SubParsersAction)).choices  # noqa: SLF001  # argparse has no public way to list its arguments
    common = _rows(next(iter(verbs.values())))[:3]
    blocks = [_CLI, markdown_table(("argument", "meaning"), common)]
    for verb, parser in verbs.items():
        blocks.append(f"\n## {verb}\n\n{_sentence(parser.description or '')}\n\n```\n{_usage(parser)}\n```")
        own = [row for row in _rows(parser) if row not in common]
        if own:
            blocks.append("\n" + markdown_table(("argument", "meaning"), own))
    return "\n".join(blocks) + "\n"


def settings_page() -> str:
    """docs/settings.md."""
    blocks = [_SETTINGS]
    for name, config in sections().items():
        blocks += map(_section, flattened(name, config))
        blocks += (_section(section, "[[{}]]") for section in listed(name, config))
    return "\n".join(blocks)


def _section(section: Section, form: str = "[{}]") -> str:
    rows = [(f"`{setting.name}`", _default(setting), setting.comment) for setting in section.settings]
    table = f"\n\n{markdown_table(('setting', 'default', 'meaning'), rows)}" if rows else ""
    return f"## {form.format(section.name)}\n\n{section.comment}{table}\n"


def _default(setting: Setting) -> str:
    if setting.default is MISSING:
        return "must be set"
    return "not set" if setting.default is None else f"`{toml_value(setting.default)}`"


def _rows(parser: ArgumentParser) -> list[tuple[str, str]]:
    return [(f"`{_form(a)}`", a.help or "") for a in parser._actions if not isinstance(a, _HelpAction)]  # noqa: SLF001


def _form(action: Action) -> str:
    value = "" if action.nargs == 0 else str(action.metavar or action.dest.upper())
    return " ".join(filter(None, [", ".join(action.option_strings), value]))


def _usage(parser: ArgumentParser) -> str:
    """The call with what it must have; the rest is in the table."""
    needed = [a for a in parser._actions if a.required]  # noqa: SLF001
    return " ".join([parser.prog, *(_form(a) for a in needed), "[...]"])


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def main() -> int:
    """Write the pages, or say which one is not current."""
    stale = 0
    for name, text in {"cli.md": cli_page(), "settings.md": settings_page()}.items():
        file = DOCS / name
        if "--check" not in sys.argv:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            print(f"docs/{name} is not current: run `make docs`", file=sys.stderr)
            stale = 1
    return stale


if __name__ == "__main__":
    sys.exit(main())
