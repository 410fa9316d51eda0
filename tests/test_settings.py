"""What the settings refuse, before anything starts."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

SETTINGS = Path(__file__).resolve().parent.parent / "neurons_admin" / "settings.py"


@pytest.fixture
def settings_with(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The settings as they are read with these changes to the environment; None takes a name away."""

    def read(**environment: str | None) -> dict[str, Any]:
        for name, value in environment.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return read


def test_there_are_no_metrics_unless_a_token_is_set(settings_with: Any) -> None:
    assert settings_with(METRICS_TOKEN=None)["METRICS_TOKEN"] == ""
    assert settings_with(METRICS_TOKEN="x" * 20)["METRICS_TOKEN"] == "x" * 20


def test_a_token_that_can_be_guessed_is_refused(settings_with: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="20 characters or more"):
        settings_with(METRICS_TOKEN="x" * 19)


@pytest.mark.parametrize("pace", ["0", "-1", "1.5"])
def test_no_wait_is_made_longer_or_left_out(settings_with: Any, pace: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PACE"):
        settings_with(PACE=pace)


def test_waits_are_shortened_beside_a_demo_tenant_only(settings_with: Any) -> None:
    assert settings_with(PACE="0.1", DEMO_TENANT="1")["PACE"] == 0.1
    with pytest.raises(ImproperlyConfigured, match="PACE"):
        settings_with(PACE="0.1", DEMO_TENANT="0")


def test_a_demo_tenant_is_for_one_machine(settings_with: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="loopback hosts only"):
        settings_with(DEMO_TENANT="1", ALLOWED_HOSTS="localhost,admin.example.com")


SOUND = {"ALLOWED_HOSTS": "admin.example.com", "DEMO_TENANT": "0", "HTTPS": "1", "PACE": "1", "SECOND_FACTOR": None}


def test_settings_for_production_are_read(settings_with: Any) -> None:
    assert settings_with(**SOUND)["ALLOWED_HOSTS"] == ["admin.example.com"]


@pytest.mark.parametrize("name", ["SECRET_KEY", "CREDENTIAL_KEYS", "AUDIT_KEYS", "ALLOWED_HOSTS"])
def test_what_is_needed_and_missing_is_named(settings_with: Any, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        settings_with(**{**SOUND, name: None})


@pytest.mark.parametrize("key", ["short", "x" * 60, "ab" * 40, "aB3-" * 12, "django-insecure-" + "aB3-xYz9_kLm7" * 4])
@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_FALLBACKS"])
def test_a_key_that_can_be_guessed_is_named_and_not_shown(settings_with: Any, name: str, key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name} ") as caught:
        settings_with(**{**SOUND, name: key})
    assert key not in str(caught.value)


@pytest.mark.parametrize("hosts", ["*", "*.example.com", ".example.com", "admin.example.com,*", ""])
def test_hosts_are_named_in_full(settings_with: Any, hosts: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS"):
        settings_with(**{**SOUND, "ALLOWED_HOSTS": hosts})


@pytest.mark.parametrize("unsafe", [{"DEBUG": "1"}, {"HTTPS": "0"}])
def test_what_is_for_one_machine_is_refused_where_others_reach_it(settings_with: Any, unsafe: dict[str, str]) -> None:
    [name] = unsafe
    with pytest.raises(ImproperlyConfigured, match=f"^{name}"):
        settings_with(**{**SOUND, **unsafe})
    assert settings_with(**{**SOUND, **unsafe, "ALLOWED_HOSTS": "localhost,127.0.0.1"})
