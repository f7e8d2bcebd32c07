"""Deployment: compose file, systemd units and operations page speak of the same processes, settings and places."""

import re
import shlex
from collections.abc import Mapping
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from models.settings import Settings

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
# What the machine has beside the application.
OWN_OF_COMPOSE = {"STUDIOFLOW_DATABASE_PASSWORD"}


def unit(path: Path) -> Mapping[str, str]:
    """The section [Service] of a unit."""
    found = ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read(path, encoding="utf-8")
    return dict(found["Service"])


def compose() -> Mapping[str, Any]:
    services: Mapping[str, Any] = YAML(typ="safe").load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))[
        "services"
    ]
    return services


def bare(command: str) -> str:
    """A command without its folder, and without the address that only its place decides."""
    words = shlex.split(command)
    return " ".join([Path(words[0]).name, *words[1:]]).split(" --host")[0]


def test_units_compose_and_page_name_the_same_processes() -> None:
    table = PAGE.split("## Processes", 1)[1].split("##", 1)[0]
    told = set(re.findall(r"\| `([^`]+)` \|", table))
    units = {bare(unit(path)["ExecStart"]) for path in UNITS}
    containers = {bare(one["command"]) for one in compose().values() if "command" in one}
    assert told == units == containers
    assert [one["image"] for one in compose().values() if "command" not in one] == ["postgres:17"]


def test_processes_are_those_that_the_distributed_test_starts() -> None:
    source = (ROOT / "tests" / "integration" / "test_orchestration_distributed.py").read_text(encoding="utf-8")
    started = {bare(" ".join(re.findall(r'"([^"]+)"', line))) for line in re.findall(r"one\.start\((.+)\)", source)}
    assert started == {bare(unit(path)["ExecStart"]) for path in UNITS}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_unit_writes_only_where_it_may(path: Path) -> None:
    service = unit(path)
    places = dict(one.split("=", 1) for one in shlex.split(service["Environment"]))
    assert service["ProtectSystem"] == "strict"
    assert places["PREFECT_HOME"].startswith(f"{service['ReadWritePaths']}/"), "Prefect keeps things in its home"
    assert service["User"] == "studioflow"


def test_page_names_settings_that_there_are_and_every_one_a_site_needs() -> None:
    known = {f"STUDIOFLOW_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"STUDIOFLOW_[A-Z_]*[A-Z]", PAGE))
    row = next(line for line in PAGE.splitlines() if "`STUDIOFLOW_SMTP_HOST`" in line)
    named |= {f"STUDIOFLOW_SMTP{one}" for one in re.findall(r"`(_[A-Z]+)`", row)}
    assert named - known == OWN_OF_COMPOSE
    inner = {"PREFECT_PORT", "PREFECT_HOME", "PREFECT_PATIENCE", "WORK_POOL", "LOOK_EVERY"}
    assert known - named == {f"STUDIOFLOW_{one}" for one in inner}


def test_secrets_beside_the_compose_file_enter_neither_repository_nor_image() -> None:
    (kept,) = {one["path"] for service in compose().values() for one in service.get("env_file", ())}
    assert "deploy/*.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert "**/*.env" in (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert kept.endswith(".env")
