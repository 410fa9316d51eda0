"""The scripts of the set-up guide: whole, equal to the manifest, and fit to run."""

import json
import re
import subprocess
from typing import Any

import pytest
from django.urls import reverse

from connectors import actions
from connectors.guide import action_guide, sync_guide
from connectors.permission_ids import GRAPH_APP
from connectors.scripts import USER_ADMINISTRATOR

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
GUIDES = {"sync": sync_guide(), "action": action_guide(actions.ALL)}


def wanted(guide: dict[str, Any]) -> set[str]:
    (access,) = json.loads(guide["manifest"])["requiredResourceAccess"]
    return {each["id"] for each in access["resourceAccess"]}


@pytest.mark.parametrize("role", GUIDES)
@pytest.mark.parametrize("kind", ["cli", "powershell"])
def test_a_script_grants_what_the_manifest_asks_for_and_nothing_else(role: str, kind: str) -> None:
    guide: Any = GUIDES[role]
    others = {GRAPH_APP, USER_ADMINISTRATOR} if role == "action" else {GRAPH_APP}
    assert set(GUID.findall(guide[kind])) == wanted(guide) | others
    assert len(wanted(guide)) == len(guide["permissions"])
    assert "Directory.AccessAsUser" not in guide[kind]


@pytest.mark.parametrize("role", GUIDES)
def test_bash_understands_the_script_for_azure_cli(role: str) -> None:
    said = subprocess.run(["bash", "-n"], input=GUIDES[role]["cli"], text=True, capture_output=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("role", GUIDES)
def test_the_steps_are_numbered_without_a_gap(role: str) -> None:
    for kind in ("cli", "powershell"):
        steps = re.findall(r"^# (\d)\.", str(GUIDES[role][kind]), re.MULTILINE)
        assert steps == [str(number) for number in range(1, len(steps) + 1)]


def test_without_actions_there_is_nothing_to_run() -> None:
    guide = action_guide([])
    assert (guide["cli"], guide["powershell"]) == ("", "")


@pytest.mark.django_db
def test_the_scripts_stand_beside_both_forms(admin: Any, contoso: Any) -> None:
    for name in ("edit_connection", "edit_actions"):
        content = admin.get(reverse(f"connectors:{name}", args=[contoso.pk])).content.decode()
        for words in ("az ad app create", "New-MgApplication", 'data-copy-from="guide-cli"'):
            assert words in content
