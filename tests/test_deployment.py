"""The container files fit the project: what they name is there, and what they run is understood."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from esnaf.arguments import parser_of
from esnaf.commands import VERBS
from features.store.address import Address
from features.store.config import VARIABLE, StoreConfig
from serving.openapi import document
from training.tracking.store import VARIABLE as TRACKING

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
STEPS = [
    line.split(maxsplit=1)
    for line in re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", (ROOT / "Containerfile").read_text())).splitlines()
    if line.strip()
]
GUIDE = (ROOT / "docs" / "operate.md").read_text()
VARIABLES = re.compile(r"\$\{(\w+)([^}]*)\}")
PROGRAM = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:{}{}', timeout=2)"


def steps(word: str) -> list[str]:
    return [rest for first, rest in STEPS if first == word]


def test_what_is_copied_is_there_and_let_through() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    sources = [word for step in steps("COPY") if "--from" not in step for word in step.split()[:-1]]
    assert {"esnaf", "features", "training", "serving", "pyproject.toml", "constraints.txt"} <= set(sources)
    assert all((ROOT / source).exists() and f"!{source}" in ignored for source in sources)
    assert "*" in ignored


def test_what_is_installed_is_a_part_of_the_project_at_its_versions() -> None:
    run = " ".join(steps("RUN"))
    extras = re.search(r"'\.\[([\w,]+)\]'", run)
    assert extras is not None
    assert set(extras[1].split(",")) <= set(PROJECT["optional-dependencies"])
    assert "--constraint constraints.txt" in run
    assert "--build-constraint constraints.txt" in run
    python = PROJECT["requires-python"].removeprefix(">=")
    assert all(step.startswith(f"python:{python}-") for step in steps("FROM"))


def test_a_bento_brings_what_the_service_needs() -> None:
    bento = yaml.safe_load((ROOT / "bentofile.yaml").read_text())
    extras = PROJECT["optional-dependencies"]
    needed = {*PROJECT["dependencies"], *extras["serve"], *extras["postgres"]}
    of_training = {name for name in needed if re.match(r"(pandas|pyarrow)\b", name)}
    assert set(bento["python"]["packages"]) == needed - of_training


def test_it_runs_as_nobody_in_particular() -> None:
    number = re.search(r"useradd --uid (\d+)", " ".join(steps("RUN")))
    assert number is not None
    assert steps("USER") == [f"{number[1]}:{number[1]}"]
    assert int(number[1]) >= 10_000


@pytest.mark.skipif(shutil.which("hadolint", path=Path(sys.executable).parent) is None, reason="hadolint is not there")
def test_the_linter_has_nothing_to_say() -> None:
    program = str(Path(sys.executable).parent / "hadolint")
    done = subprocess.run([program, str(ROOT / "Containerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def words_of(step: str) -> list[str]:
    return list(yaml.safe_load(step))


def understood(words: list[str]) -> None:
    assert words[0] in PROJECT["scripts"]
    if words[1:] != ["--help"]:
        given = [VARIABLES.sub("2", word) for word in words[1:]]
        parser_of(VERBS).parse_args(given)


def test_the_image_serves() -> None:
    (command,) = steps("CMD")
    understood(words_of(command))
    (health,) = steps("HEALTHCHECK")
    assert words_of(health.partition("CMD ")[2])[-1] == PROGRAM.format(*steps("EXPOSE"), "/readyz")
    assert "/readyz" in document()["paths"]


@pytest.mark.parametrize("name", [name for name in OURS if name != "mlflow"])
def test_what_is_run_is_understood(name: str) -> None:
    understood(SERVICES[name]["command"])


def test_the_tracking_server_knows_its_options() -> None:
    program, *words = SERVICES["mlflow"]["command"]
    assert any(line.startswith(program) for line in PROJECT["optional-dependencies"]["train"])
    found = find_spec(program)
    assert found is not None
    folder = Path(next(iter(found.submodule_search_locations or ())))
    source = "".join(file.read_text() for file in (*folder.glob("cli/*.py"), folder / "utils" / "cli_args.py"))
    assert all(f'"{option}"' in source for option in (word.partition("=")[0] for word in words[1:]))
    assert f"def {words[0]}(" in source
    hosts = next(word for word in words if word.startswith("--allowed-hosts="))
    assert SERVICES["service"]["environment"][TRACKING].removeprefix("http://") in hosts


@pytest.mark.parametrize("name", OURS)
def test_ours_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108
    assert "user" not in service
    assert "privileged" not in service


def test_the_service_only_reads_its_workspace_and_is_reached_from_here_alone_unless_told() -> None:
    assert SERVICES["service"]["volumes"] == ["shop:/shop:ro"]
    for service in SERVICES.values():
        for port in service.get("ports", []):
            assert VARIABLES.sub(lambda match: match[2].removeprefix(":-"), port).startswith("127.0.0.1:")
    assert "ports" not in SERVICES["postgres"]


@pytest.mark.parametrize("name", SERVICES)
def test_volumes_are_declared_and_wide_enough(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source, _, target = VARIABLES.sub("./data", volume).partition(":")
        assert source.startswith("./") or source in COMPOSE["volumes"]
        assert target.startswith("/")
    if name in OURS:
        made = next(step for step in steps("RUN") if "install --directory" in step)
        targets = {volume.split(":")[-2 if volume.endswith(":ro") else -1] for volume in SERVICES[name]["volumes"]}
        assert targets - {"/data"} <= set(shlex.split(made))


def test_secrets_come_from_the_environment_and_every_variable_is_told_of() -> None:
    text = (ROOT / "compose.yaml").read_text()
    used = dict(VARIABLES.findall(text))
    assert used["ESNAF_DB_PASSWORD"].startswith(":?")
    assert all(f"`{name}`" in GUIDE for name in used)
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            assert "PASSWORD" not in key or value.startswith("${")


def test_the_store_that_is_named_is_the_one_that_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stated, own = SERVICES["service"]["environment"][VARIABLE], SERVICES["postgres"]["environment"]
    monkeypatch.setenv(VARIABLE, VARIABLES.sub("a1", stated))
    url = Address.of(StoreConfig(), tmp_path).url
    assert url.host in SERVICES
    assert (url.username, url.database, url.password) == (own["POSTGRES_USER"], own["POSTGRES_DB"], "a1")
    assert str(own["POSTGRES_PASSWORD"]) in stated


def test_who_waits_waits_for_somebody_who_tells_of_their_health() -> None:
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            assert "healthcheck" in SERVICES[other]
    assert SERVICES["service"]["healthcheck"]["test"][-1] == PROGRAM.format(3000, "/readyz")
    assert SERVICES["mlflow"]["healthcheck"]["test"][-1] == PROGRAM.format(5000, "/health")


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in OURS])
def test_images_of_others_have_a_version(name: str) -> None:
    image, _, tag = SERVICES[name]["image"].partition(":")
    assert image
    assert re.match(r"\d+", tag)


@pytest.mark.parametrize("file", ["Containerfile", "compose.yaml", ".dockerignore"])
def test_no_address_of_a_package_index_is_written_down(file: str) -> None:
    addresses = re.findall(r"https?://[\w.-]+", (ROOT / file).read_text())
    assert set(addresses) <= {"http://127.0.0.1", "http://mlflow"}


def test_commands_of_the_guide_are_understood() -> None:
    told = re.findall(r"(?m)^(?:docker compose (?:run --rm command|exec service) )?esnaf (.+?)(?:\s+#.*)?$", GUIDE)
    assert len(told) >= 5
    for line in told:
        understood(["esnaf", *shlex.split(line)])


def test_settings_and_metrics_of_the_guide_are_there() -> None:
    settings = (ROOT / "docs" / "settings.md").read_text()
    for name in re.findall(r"`\[\w+\] (\w+)`", GUIDE):
        assert f"| `{name}` |" in settings
    metrics = (ROOT / "serving" / "metrics.py").read_text()
    for name in re.findall(r"\b(esnaf_[a-z_]+)", GUIDE):
        if name not in {"esnaf_events", "esnaf_version", "esnaf_events_total"}:
            stem = re.sub(r"_(total|bucket|count|sum)$", "", name)
            assert f'"{stem}"' in metrics, name
