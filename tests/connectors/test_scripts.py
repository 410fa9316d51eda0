"""The scripts of the set-up guide: whole, equal to the manifest, fit to run, and each for one cloud.

The one for Azure CLI runs here against an `az` that only notes what it was asked. No PowerShell runs the other.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from connectors import actions
from connectors.graph.registration import CLOUDS
from connectors.guide import action_guide, sync_guide
from connectors.permission_ids import GRAPH_APP
from connectors.scripts import CLI_CLOUDS, POWERSHELL_CLOUDS, USER_ADMINISTRATOR
from credentials.models import Cloud, Credential

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ROLES = ("sync", "action")
# What each cloud is called by the tools, and its Graph: written out, so that a wrong table is found.
PLACES = {
    "global": ("AzureCloud", "Global", "https://graph.microsoft.com"),
    "us_gov": ("AzureUSGovernment", "USGov", "https://graph.microsoft.us"),
    "us_dod": ("", "USGovDoD", ""),
    "china": ("AzureChinaCloud", "China", "https://microsoftgraph.chinacloudapi.cn"),
}
# Notes its arguments, one call a line; what was made a moment ago is not there at the first look.
AZ = """\
import json, os, sys
from pathlib import Path
notes = Path(os.environ["NOTES"])
asked = sys.argv[1:]
before = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
with notes.open("a") as file:
    file.write(json.dumps(asked) + "\\n")
if asked[:3] in (["ad", "sp", "create"], ["ad", "app", "permission"]) or asked[:1] == ["rest"]:
    if asked not in before or os.environ.get("NEVER"):
        sys.exit("ERROR: it does not exist yet")
answers = {"ad app create": "the-app", "ad sp create": "the-principal", "ad sp show": "the-graph"}
print(answers.get(" ".join(asked[:3]), ""))
"""


def guide_of(role: str, cloud: str = "global") -> dict[str, Any]:
    credential = Credential(cloud=cloud)
    return sync_guide(credential) if role == "sync" else action_guide(actions.ALL, credential)


def wanted(guide: dict[str, Any]) -> list[str]:
    (access,) = json.loads(guide["manifest"])["requiredResourceAccess"]
    return [each["id"] for each in access["resourceAccess"]]


def run(script: str, place: Path, **environment: str) -> tuple[int, list[list[str]]]:
    """Let bash run it with the noting `az`, and no time lost on waiting: its exit code, and the calls."""
    for name, text in {"az": f"#!{sys.executable} -IS\n{AZ}", "sleep": "#!/bin/sh\n"}.items():
        (place / name).write_text(text)
        (place / name).chmod(0o755)
    notes = place / "notes"
    around = {"PATH": f"{place}:{os.environ['PATH']}", "NOTES": str(notes), **environment}
    said = subprocess.run(["bash"], input=script, text=True, env=around, capture_output=True, check=False, timeout=120)
    return said.returncode, [json.loads(line) for line in notes.read_text().splitlines()]


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("role", ROLES)
def test_each_script_grants_what_the_manifest_asks_for_and_nothing_else(role: str, cloud: str) -> None:
    guide = guide_of(role, cloud)
    others = {GRAPH_APP, USER_ADMINISTRATOR} if role == "action" else {GRAPH_APP}
    for kind in ("cli", "powershell"):
        assert not guide[kind] or set(GUID.findall(guide[kind])) == {*wanted(guide), *others}
        assert "Directory.AccessAsUser" not in guide[kind]
    assert len(wanted(guide)) == len(guide["permissions"])


@pytest.mark.parametrize("cloud", CLI_CLOUDS)
@pytest.mark.parametrize("role", ROLES)
def test_bash_understands_the_script_for_azure_cli(role: str, cloud: str) -> None:
    said = subprocess.run(
        ["bash", "-n"], input=guide_of(role, cloud)["cli"], text=True, capture_output=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("cloud", CLI_CLOUDS)
def test_the_script_for_azure_cli_does_it_in_order_and_waits_for_what_was_just_made(cloud: str, tmp_path: Path) -> None:
    guide = guide_of("action", cloud)
    code, calls = run(guide["cli"], tmp_path)
    steps = list(dict.fromkeys(" ".join(call[: 3 if call[0] == "ad" else 2]) for call in calls))
    assert code == 0
    assert steps == [
        "cloud set",
        "login --allow-no-subscriptions",
        "ad app create",
        "ad sp create",
        "ad sp show",
        "ad app permission",
        "rest --method",
        "ad app credential",
    ]
    assert calls[0] == ["cloud", "set", "--name", CLI_CLOUDS[cloud]]
    asked = next(call for call in calls if call[:3] == ["ad", "app", "permission"])
    assert asked[asked.index("--api-permissions") + 1 :] == [f"{each}=Role" for each in wanted(guide)]
    waited = [call for call in calls if calls.count(call) == 2]
    assert len(waited) == 2 * (2 + len(wanted(guide)) + 1)


@pytest.mark.parametrize("cloud", CLI_CLOUDS)
def test_the_script_for_azure_cli_grants_to_the_new_principal_at_the_graph_of_its_cloud(
    cloud: str, tmp_path: Path
) -> None:
    guide = guide_of("action", cloud)
    _, calls = run(guide["cli"], tmp_path)
    sent = [(call[call.index("--url") + 1], json.loads(call[-1])) for call in calls if call[0] == "rest"][::2]
    host = CLOUDS[cloud].graph
    *grants, (role_url, role) = sent
    assert {url for url, _ in grants} == {f"{host}/servicePrincipals/the-principal/appRoleAssignments"}
    assert [body["appRoleId"] for _, body in grants] == wanted(guide)
    assert {(body["principalId"], body["resourceId"]) for _, body in grants} == {("the-principal", "the-graph")}
    assert role_url == f"{host}/roleManagement/directory/roleAssignments"
    assert role == {"principalId": "the-principal", "roleDefinitionId": USER_ADMINISTRATOR, "directoryScopeId": "/"}


def test_the_script_for_azure_cli_stops_before_a_secret_is_made_when_a_step_keeps_failing(tmp_path: Path) -> None:
    code, calls = run(guide_of("action")["cli"], tmp_path, NEVER="1")
    assert code != 0
    assert calls[-1][:3] == ["ad", "sp", "create"]
    assert calls.count(calls[-1]) == 12


@pytest.mark.parametrize("role", ROLES)
def test_where_azure_cli_knows_no_such_cloud_there_is_no_script_for_it_and_the_page_says_so(
    role: str, admin: Any, contoso: Any
) -> None:
    guide = guide_of(role, "us_dod")
    assert guide["cli"] == ""
    assert "-Environment USGovDoD" in guide["powershell"]
    Credential.objects.update(cloud="us_dod")
    section = "edit_connection" if role == "sync" else "edit_actions"
    content = admin.get(reverse(f"connectors:{section}", args=[contoso.pk])).content.decode()
    assert f"Azure CLI has no name for {Cloud.US_DOD.label}" in content
    assert "az ad app create" not in content


@pytest.mark.parametrize("cloud", Cloud.values)
def test_each_script_speaks_to_the_cloud_of_the_connector_and_to_no_other(cloud: str) -> None:
    for_cli, for_powershell, host = PLACES[cloud]
    guide = guide_of("action", cloud)
    assert re.findall(r"az cloud set --name (\S+)", guide["cli"]) == ([for_cli] if for_cli else [])
    assert set(re.findall(r"https://[\w.-]+", guide["cli"])) == ({host} if host else set())
    assert re.findall(r"-Environment (\S+)", guide["powershell"]) == [for_powershell]
    assert Cloud(cloud).label == guide["cloud"]


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize("role", ROLES)
def test_the_script_for_powershell_names_its_cloud_and_waits_for_what_was_just_made(role: str, cloud: str) -> None:
    script = guide_of(role, cloud)["powershell"]
    assert f"Connect-MgGraph -Environment {POWERSHELL_CLOUDS[cloud]} " in script
    # The function itself, the principal, the grants, and the directory role.
    assert script.count("Invoke-Again") == (4 if role == "action" else 3)
    assert script.count("{") == script.count("}")
    assert script.count("(") == script.count(")")
    assert script.count("'") % 2 == 0


@pytest.mark.parametrize("role", ROLES)
def test_the_steps_are_numbered_without_a_gap(role: str) -> None:
    for kind in ("cli", "powershell"):
        steps = re.findall(r"^# (\d)\.", str(guide_of(role)[kind]), re.MULTILINE)
        assert steps == [str(number) for number in range(1, len(steps) + 1)]


def test_without_actions_there_is_nothing_to_run() -> None:
    guide = action_guide([])
    assert (guide["cli"], guide["powershell"]) == ("", "")


def test_before_a_credential_acts_the_scripts_are_for_the_cloud_that_is_read() -> None:
    assert "az cloud set --name AzureChinaCloud" in str(action_guide(actions.ALL, cloud="china")["cli"])


@pytest.mark.django_db
def test_the_scripts_stand_beside_both_forms(admin: Any, contoso: Any) -> None:
    for name in ("edit_connection", "edit_actions"):
        content = admin.get(reverse(f"connectors:{name}", args=[contoso.pk])).content.decode()
        for words in ("az ad app create", "New-MgApplication", 'data-copy-from="guide-cli"'):
            assert words in content
