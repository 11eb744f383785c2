"""What must hold for the repository as a whole."""

import ast
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BELOW = {
    "features": {"features"},
    "training": {"features", "training"},
    "serving": {"features", "training", "serving"},
    "esnaf": {"features", "training", "serving", "esnaf"},
}


def imported(file: Path) -> Iterator[str]:
    """First names of the modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("room", BELOW)
def test_arrows_between_rooms_point_down(room: str) -> None:
    upward = {
        str(file.relative_to(ROOT)): above
        for file in (ROOT / room).rglob("*.py")
        if (above := set(imported(file)) & (BELOW.keys() | {"benchmarks", "tests"}) - BELOW[room])
    }
    assert upward == {}


def test_nothing_is_pickled() -> None:
    files = (file for room in BELOW for file in (ROOT / room).rglob("*.py"))
    assert [file.name for file in files if {"pickle", "cloudpickle", "joblib", "dill"} & set(imported(file))] == []


def test_no_file_holds_two_nouns() -> None:
    sizes = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in ROOT.glob("[!.]*/**/*.py")}
    assert {name: size for name, size in sizes.items() if size > 600} == {}


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    plain = {"esnaf[train,serve,sql,postgres,matching,baselines]", "pytest>=8.3", "ruff>=0.9", "mypy>=1.15"}
    bare = [name for name in wanted if name not in plain and not re.search(rf'"{re.escape(name)}",? +# \w', text)]
    assert bare == []


def test_versions_are_pinned_by_name_and_number_alone() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+]+", pin)] == []


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {line.partition("==")[0].lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    wanted = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[\[>=]", name)[0].lower() for name in wanted} - {"esnaf"}
    assert names - pinned == set()


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = sorted(page.name for page in ROOT.glob("docs/*.md") if page.name != "README.md")
    assert [name for name in pages if index.count(f"({name})") != 1] == []


def test_links_of_the_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    links = {(page, link) for page in pages for link in re.findall(r"\]\(([\w./-]+)[)#]", page.read_text())}
    assert sorted(f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()) == []
