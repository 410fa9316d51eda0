"""Scripts to copy from the set-up guide: they make an app registration as the guide describes it, step by step.

Everything in them is ours (names, ids of permissions): nothing that somebody typed gets into a script.
"""

from collections.abc import Sequence
from typing import Final

from connectors.graph.registration import CLOUDS
from connectors.permission_ids import GRAPH_APP

USER_ADMINISTRATOR: Final = "fe930be7-5e62-47db-91af-98c3a49a38b1"
# What the tools call the clouds. Azure CLI has no name for the one whose Graph is dod-graph.microsoft.us.
CLI_CLOUDS: Final = {"global": "AzureCloud", "us_gov": "AzureUSGovernment", "china": "AzureChinaCloud"}
POWERSHELL_CLOUDS: Final = {"global": "Global", "us_gov": "USGov", "us_dod": "USGovDoD", "china": "China"}

_CLI: Final = """\
( # One block, so that a step that fails ends it and not your shell
set -o errexit -o nounset -o pipefail
# What was made a moment ago is not known everywhere at once: such steps are tried for two minutes
again() {{ for try in {{1..12}}; do "$@" && return; sleep 10; done; return 1; }}
# 1. Sign in to the tenant as a Global Administrator or a Privileged Role Administrator
az cloud set --name {cloud}
az login --allow-no-subscriptions
# 2. The app registration and its service principal
app_id=$(az ad app create --display-name '{name}' --sign-in-audience AzureADMyOrg --query appId --output tsv)
principal_id=$(again az ad sp create --id "$app_id" --query id --output tsv)
graph_id=$(az ad sp show --id {graph} --query id --output tsv)
# 3. Ask for the application permissions, and grant them: that is the admin consent
again az ad app permission add --id "$app_id" --api {graph} --api-permissions {asked}
for role_id in {ids}; do
  again az rest --method POST --url "{host}/servicePrincipals/$principal_id/appRoleAssignments" \\
    --body '{{"principalId": "'"$principal_id"'", "resourceId": "'"$graph_id"'", "appRoleId": "'"$role_id"'"}}'
done
{role}# {last}. The secret: its value is shown this once. Paste it here, with the two IDs
az ad app credential reset --id "$app_id" --append --display-name 'Neurons Admin' --years 1 \\
  --query '{{tenant: tenant, client: appId, secret: password}}'
)
"""
_CLI_ROLE: Final = """\
# 4. The role User Administrator: Microsoft asks for it besides the permission when a password is set
again az rest --method POST --url {host}/roleManagement/directory/roleAssignments \\
  --body '{{"principalId": "'"$principal_id"'", "roleDefinitionId": "{role}", "directoryScopeId": "/"}}'
"""
_POWERSHELL: Final = """\
$ErrorActionPreference = 'Stop'
# What was made a moment ago is not known everywhere at once: such steps are tried for two minutes
function Invoke-Again([scriptblock] $Step) {{
  foreach ($try in 1..12) {{
    try {{ return & $Step }} catch {{ if ($try -eq 12) {{ throw }}; Start-Sleep -Seconds 10 }}
  }}
}}
# 1. Sign in to the tenant as a Global Administrator or a Privileged Role Administrator
Connect-MgGraph -Environment {cloud} -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All'{scope}
# 2. The app registration, asking for the application permissions, and its service principal
$roleIds = @({quoted})
$asked = @($roleIds | ForEach-Object {{ @{{ Id = $_; Type = 'Role' }} }})
$access = @{{ ResourceAppId = '{graph}'; ResourceAccess = $asked }}
$app = New-MgApplication -DisplayName '{name}' -SignInAudience 'AzureADMyOrg' -RequiredResourceAccess @($access)
$principal = Invoke-Again {{ New-MgServicePrincipal -AppId $app.AppId }}
# 3. Grant them: that is the admin consent
$graph = Get-MgServicePrincipal -Filter "appId eq '{graph}'"
foreach ($roleId in $roleIds) {{
  Invoke-Again {{
    New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id -PrincipalId $principal.Id `
      -ResourceId $graph.Id -AppRoleId $roleId
  }}
}}
{role}# {last}. The secret: its value is shown this once. Paste it here, with the two IDs
$wanted = @{{ DisplayName = 'Neurons Admin'; EndDateTime = (Get-Date).AddYears(1) }}
$secret = Add-MgApplicationPassword -ApplicationId $app.Id -PasswordCredential $wanted
[pscustomobject]@{{ Tenant = (Get-MgContext).TenantId; Client = $app.AppId; Secret = $secret.SecretText }} | Format-List
"""
_POWERSHELL_ROLE: Final = """\
# 4. The role User Administrator: Microsoft asks for it besides the permission when a password is set
Invoke-Again {{
  New-MgRoleManagementDirectoryRoleAssignment -PrincipalId $principal.Id -RoleDefinitionId '{role}' `
    -DirectoryScopeId '/'
}}
"""


def azure_cli(name: str, ids: Sequence[str], *, cloud: str = "global", needs_role: bool = False) -> str:
    """For bash with the Azure CLI. `ids` are those of application permissions; none gives no script.

    Nor does a cloud that the Azure CLI does not know: there it would speak to another cloud's Graph.
    """
    if not ids or cloud not in CLI_CLOUDS:
        return ""
    host = CLOUDS[cloud].graph
    return _CLI.format(
        name=name,
        cloud=CLI_CLOUDS[cloud],
        host=host,
        graph=GRAPH_APP,
        asked=" ".join(f"{each}=Role" for each in ids),
        ids=" ".join(ids),
        role=_CLI_ROLE.format(role=USER_ADMINISTRATOR, host=host) if needs_role else "",
        last=5 if needs_role else 4,
    )


def powershell(name: str, ids: Sequence[str], *, cloud: str = "global", needs_role: bool = False) -> str:
    """The same for Microsoft Graph PowerShell."""
    if not ids:
        return ""
    return _POWERSHELL.format(
        name=name,
        cloud=POWERSHELL_CLOUDS[cloud],
        graph=GRAPH_APP,
        quoted=", ".join(f"'{each}'" for each in ids),
        scope=", 'RoleManagement.ReadWrite.Directory'" if needs_role else "",
        role=_POWERSHELL_ROLE.format(role=USER_ADMINISTRATOR) if needs_role else "",
        last=5 if needs_role else 4,
    )
