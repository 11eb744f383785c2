"""`esnaf doctor`: is everything there that the other verbs need?"""

import os
import platform
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from esnaf import __version__
from esnaf.workspace import Workspace
from features.errors import EsnafError
from training.pointer import FILE

HELP = "check the installation and the workspace, and take over a champion chosen in MLflow"

_LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "lightgbm", "threadpoolctl")
_EXTRAS = {"train": ("implicit", "mlflow", "matplotlib", "optuna"), "serve": ("bentoml", "uvloop", "httptools")}


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing beyond what every verb takes."""


def run(args: Namespace) -> Mapping[str, Any]:
    """Run every check; `ok` is false if one of them found something that must be mended."""
    workspace = Workspace(args.workspace)
    checks = [*_installation(), *_workspace(workspace)]
    return {"ok": all(check["ok"] for check in checks), "checks": checks}


def show(result: Mapping[str, Any]) -> None:
    """One line a check."""
    for check in result["checks"]:
        print(f"{'ok  ' if check['ok'] else 'FAIL'}  {check['name']:<14} {check['detail']}")


def _installation() -> Iterator[dict[str, Any]]:
    yield _row("esnaf", detail=f"{__version__} on Python {platform.python_version()}, {os.cpu_count()} cores")
    yield _libraries("libraries", _LIBRARIES)
    for extra, names in _EXTRAS.items():
        yield _libraries(f"extra {extra}", names, way_out=f"pip install 'esnaf[{extra}]'")
    policy = os.environ.get("OMP_WAIT_POLICY", "")
    advice = "" if policy.upper() == "PASSIVE" else "; unset it, or busy cores make training many times slower"
    yield _row("OpenMP", ok=not advice, detail=f"OMP_WAIT_POLICY={policy}{advice}")


def _libraries(name: str, libraries: tuple[str, ...], way_out: str = "install esnaf again") -> dict[str, Any]:
    found = {library: _version(library) for library in libraries}
    missing = [library for library, number in found.items() if number is None]
    if missing:
        return _row(name, ok=False, detail=f"{', '.join(missing)} missing: {way_out}")
    return _row(name, detail=", ".join(f"{library} {number}" for library, number in found.items()))


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def _workspace(workspace: Workspace) -> Iterator[dict[str, Any]]:
    yield _attempt("workspace", lambda: _folder(workspace))
    configuration = _attempt("esnaf.toml", lambda: _configuration(workspace))
    yield configuration
    if configuration["ok"]:  # which names the shop; without it, the same complaint would stand twice
        yield _attempt("registry", lambda: _registry(workspace))
    yield _attempt("champion", lambda: _champion(workspace))
    if configuration["ok"]:
        yield from _policy(workspace)
        yield from _messages(workspace)


def _attempt(name: str, check: Callable[[], str]) -> dict[str, Any]:
    try:
        return _row(name, detail=check())
    except EsnafError as error:
        return _row(name, ok=False, detail=str(error))


def _folder(workspace: Workspace) -> str:
    workspace.create()
    if not os.access(workspace.path, os.W_OK):
        raise EsnafError(f"{workspace.path.resolve()} cannot be written to; change its owner or choose another")
    return str(workspace.path.resolve())


def _configuration(workspace: Workspace) -> str:
    found = len(workspace.settings.values)
    return f"{found} sections" if found else "not there: all defaults"


def _registry(workspace: Workspace) -> str:
    from esnaf.adoption import adopt

    return adopt(workspace)


def _champion(workspace: Workspace) -> str:
    if not (workspace.path / FILE).exists():
        return "none yet; `esnaf train --data DIR` makes one"
    from training.recommender import Recommender

    champion = workspace.model()
    Recommender.load(champion.bundle)
    return f"version {champion.version} in {champion.bundle}"


def _policy(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """The rules, and which names in them the champion does not know: slips of the pen, or products to come."""
    from serving.policy.config import PolicyConfig
    from serving.policy.opening import oddities
    from training.recommender import Recommender

    config = workspace.settings.section("policy", PolicyConfig)
    if not config.rules:
        return
    yield _row("policy", detail=f"{len(config.rules)} rules")
    try:
        model = Recommender.load(workspace.model().bundle, verify=False)
    except EsnafError:  # said already
        return
    for odd in oddities(config, model):
        yield _row("policy", detail=f"note: {odd}")


def _messages(workspace: Workspace) -> Iterator[dict[str, Any]]:
    """The templates, each of them tried."""
    from serving.messages.check import check_messages

    row = _attempt("messages", lambda: ", ".join(check_messages(workspace.path, workspace.settings)))
    if row["detail"]:
        yield row


def _row(name: str, *, ok: bool = True, detail: str = "") -> dict[str, Any]:
    return {"name": name, "ok": ok, "detail": detail}
