"""The commands that the deployment starts, read from the files that start them."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("web", "worker", "sync", "sweeper")
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


def of_compose(name: str) -> list[str]:
    return [str(word) for word in COMPOSE["services"][name]["command"]]


def of_unit(name: str) -> list[str]:
    (line,) = re.findall(r"^ExecStart=(.*)$", unit(name).read_text(), re.MULTILINE)
    program, *rest = shlex.split(line.replace("%%", "%"))
    return [Path(program).name, *rest]


def of_image() -> list[str]:
    (line,) = re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)
    return [str(word) for word in json.loads(line)]


def unit(name: str) -> Path:
    return ROOT / "deploy" / "systemd" / f"neurons-admin-{name}.service"
