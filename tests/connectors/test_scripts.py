"""The scripts of the set-up guide: whole, equal to the manifest, and fit to run."""

import json
import os
import re
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from connectors import actions
from connectors.guide import DELEGATED_ONLY, action_guide, consent_link, sync_guide
from connectors.permission_ids import GRAPH_APP
from connectors.scripts import USER_ADMINISTRATOR
from credentials.models import Cloud, Credential
from tests.factories import make_connector, make_credential

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


MISSION = ["User.ReadWrite.All", "User.ManageIdentities.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All"]
EVERYDAY = [action for action in actions.ALL if not action.off_by_default]


@pytest.mark.parametrize("offered", [[], EVERYDAY, list(actions.ALL), *([action] for action in actions.ALL)])
def test_the_four_permissions_of_the_mission_are_named_once_each_whatever_is_offered(offered: Any) -> None:
    guide: Any = action_guide(offered)
    named = [each.name for part in ("permissions", "broader", "left_out") for each in guide[part]]
    assert [named.count(name) for name in MISSION] == [1, 1, 1, 1]
    assert all(each.id for each in guide["left_out"])
    assert guide["left_out"][-1] == DELEGATED_ONLY


HOSTS = {
    "global": ("AzureCloud", "Global", "https://graph.microsoft.com"),
    "us_gov": ("AzureUSGovernment", "USGov", "https://graph.microsoft.us"),
    "us_dod": ("", "USGovDoD", ""),
    "china": ("AzureChinaCloud", "China", "https://microsoftgraph.chinacloudapi.cn"),
}


@pytest.mark.parametrize("cloud", Cloud.values)
def test_a_script_speaks_to_the_cloud_of_the_connector_and_to_no_other(cloud: str) -> None:
    for_cli, for_powershell, host = HOSTS[cloud]
    guide: Any = action_guide(actions.ALL, cloud=cloud)
    assert f"Connect-MgGraph -Environment {for_powershell} " in guide["powershell"]
    assert re.findall(r"az cloud set --name (\S+)", guide["cli"]) == ([for_cli] if for_cli else [])
    assert set(re.findall(r"https://[\w.-]+", guide["cli"])) == ({host} if host else set())
    assert Cloud(cloud).label == guide["cloud"]


STUB = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1 $2 $3" in
  "ad app create") echo the-app;;
  "ad sp show") echo graph-itself;;
  "ad sp create") if [ -e "$CALLS.known" ]; then echo the-principal; else touch "$CALLS.known"; exit 1; fi;;
  "rest --method POST") [ -z "$REFUSED" ];;
esac
"""


def run_with_stub(script: str, folder: Path, **environment: str) -> tuple[int, list[str]]:
    """What the script asks of `az`, line by line. The first service principal is not known yet; nobody waits."""
    for name, text in {"az": STUB, "sleep": "#!/bin/sh\n"}.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    calls = folder / "calls"
    path = f"{folder}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash"], input=script, text=True, check=False, env={"PATH": path, "CALLS": str(calls), **environment}
    )
    return done.returncode, calls.read_text().splitlines()


@pytest.mark.parametrize("role", GUIDES)
def test_the_script_for_azure_cli_goes_its_steps_in_order(role: str, tmp_path: Path) -> None:
    guide: Any = GUIDES[role]
    code, calls = run_with_stub(guide["cli"], tmp_path)
    assert code == 0
    assert calls[:2] == ["cloud set --name AzureCloud", "login --allow-no-subscriptions"]
    assert [call.split(" --")[0] for call in calls[2:7]] == [
        "ad app create",
        "ad sp create",
        "ad sp create",
        "ad sp show",
        "ad app permission add",
    ]
    granted = [call for call in calls if "/servicePrincipals/the-principal/appRoleAssignments" in call]
    assert {GUID.findall(call)[-1] for call in granted} == wanted(guide)
    assert all('"principalId": "the-principal", "resourceId": "graph-itself"' in call for call in granted)
    assert any(USER_ADMINISTRATOR in call for call in calls) == (role == "action")
    assert calls[-1].startswith("ad app credential reset --id the-app --append")


def test_a_step_that_goes_on_failing_ends_the_script_before_a_secret_is_made(tmp_path: Path) -> None:
    code, calls = run_with_stub(str(GUIDES["sync"]["cli"]), tmp_path, REFUSED="yes")
    assert code != 0
    assert sum(call.startswith("rest") for call in calls) == 12
    assert not any("credential" in call for call in calls)


@pytest.mark.parametrize("cloud", Cloud.values)
def test_the_link_to_consent_is_of_the_cloud_the_tenant_and_the_app(cloud: str) -> None:
    credential = Credential(cloud=cloud, tenant_id=uuid.UUID(int=1), client_id=uuid.UUID(int=2))
    host = {"global": "microsoftonline.com", "china": "chinacloudapi.cn"}.get(cloud, "microsoftonline.us")
    assert consent_link(credential) == (
        f"https://login.{host}/00000000-0000-0000-0000-000000000001/adminconsent"
        "?client_id=00000000-0000-0000-0000-000000000002"
    )


@pytest.mark.django_db
def test_the_link_to_consent_stands_where_the_ids_are_known(admin: Any, contoso: Any) -> None:
    reads, acts = make_credential(), make_credential()
    connector = make_connector("Fabrikam", sync_credential=reads, action_credential=acts)
    for name, credential in (("edit_connection", reads), ("edit_actions", acts)):
        content = admin.get(reverse(f"connectors:{name}", args=[connector.pk])).content.decode()
        assert f"/adminconsent?client_id={credential.client_id}" in content
    assert "adminconsent" not in admin.get(reverse("connectors:add")).content.decode()


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
