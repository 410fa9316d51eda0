"""What is deployed: image, compose file and units start the same commands, and give them no more than they need."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.deploy.commands import COMPOSE, DOCKERFILE, NAMES, ROOT, of_compose, of_image, of_unit, unit

SERVICES = COMPOSE["services"]
OURS = ("migrate", *NAMES)


def without_address(command: list[str]) -> list[str]:
    return [word for word in command if not word.startswith("--bind=")]


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_starts_what_compose_starts(name):
    assert without_address(of_unit(name)) == without_address(of_compose(name))


def test_the_image_starts_the_web_server_by_itself():
    assert of_image() == of_compose("web")


def test_a_unit_serves_on_loopback_only():
    assert "--bind=127.0.0.1:8000" in of_unit("web")


def test_only_the_proxy_can_be_reached_from_outside():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]
    assert COMPOSE["networks"]["inside"]["internal"]
    for name in ("database", "redis"):
        assert SERVICES[name]["networks"] == ["inside"]


@pytest.mark.parametrize("name", OURS)
def test_a_process_of_ours_can_write_nothing_and_become_nobody(name):
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_in_the_environment(name):
    for variable, value in SERVICES[name].get("environment", {}).items():
        assert not re.search("PASSWORD|SECRET|KEY|TOKEN", variable) or str(value).startswith("/run/secrets/")
    assert all(secret.get("file", "").startswith("./secrets/") for secret in COMPOSE["secrets"].values())


def test_the_broker_keeps_what_it_holds_and_throws_nothing_away():
    command = " ".join(SERVICES["redis"]["command"])
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_migrations_are_through_before_anything_of_ours_begins():
    for name in NAMES:
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


@pytest.mark.parametrize("image", [service["image"] for service in SERVICES.values() if "build" not in service])
def test_the_images_of_others_are_pinned(image):
    assert re.search(r":\d[\w.-]*$", image)


def test_the_image_is_built_in_two_stages_from_a_pinned_one():
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:3\.\d+-slim-\w+", base) for base in bases)
    assert "--require-hashes" in DOCKERFILE


def test_the_image_does_not_run_as_root():
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", last, re.MULTILINE)
    assert last.index("USER") < last.index("\nCMD")
    assert "HEALTHCHECK" in last


def test_the_image_has_no_secret():
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    for line in re.findall(r"^(?:ENV|ARG) .*$", DOCKERFILE, re.MULTILINE):
        assert not re.search("SECRET|KEY|PASSWORD|TOKEN", line)
    assert "_KEY" not in last
    assert (ROOT / ".dockerignore").read_text().startswith("*\n"), "what is not named is not copied"


def test_the_files_can_be_collected_with_what_the_build_is_told():
    (script,) = re.findall(r"^RUN (key\(\).*?collectstatic --noinput)$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    script = script.replace("/venv/bin/python", sys.executable) + " --dry-run"
    given = {"PATH": os.environ["PATH"]}
    done = subprocess.run(["/bin/sh", "-c", script], cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_is_hardened_and_has_time_to_end(name):
    lines = unit(name).read_text().splitlines()
    for line in ("User=neurons-admin", "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes",
                 "CapabilityBoundingSet=", "LimitCORE=0", "TimeoutStopSec=60", "Restart=always"):  # fmt: skip
        assert line in lines


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="units are not verified without systemd-analyze")
@pytest.mark.parametrize("name", NAMES)
def test_systemd_understands_the_unit(name, tmp_path):
    copy = tmp_path / unit(name).name
    copy.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit(name).read_text(), flags=re.MULTILINE))
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert str(copy.name) not in done.stderr, done.stderr
