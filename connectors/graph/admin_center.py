"""Addresses in the Microsoft Entra admin center: https://learn.microsoft.com/entra/fundamentals/faq (one per cloud)."""

from typing import Final

_HOSTS: Final = {
    "global": "https://entra.microsoft.com",
    "us_gov": "https://entra.microsoft.us",
    "us_dod": "https://entra.microsoft.us",
    "china": "https://entra.microsoftonline.cn",
}


def person_url(cloud: str, tenant_id: object, object_id: object) -> str:
    """The overview of a user. The tenant is named, so that who administers several lands in the right one."""
    return f"{_view(cloud, tenant_id)}/Microsoft_AAD_UsersAndTenants/UserProfileMenuBlade/~/overview/userId/{object_id}"


def secrets_url(cloud: str, tenant_id: object, client_id: object) -> str:
    """Certificates & secrets of an app registration."""
    return _application(cloud, tenant_id, "Credentials", client_id)


def permissions_url(cloud: str, tenant_id: object, client_id: object) -> str:
    """API permissions of an app registration."""
    return _application(cloud, tenant_id, "CallAnAPI", client_id)


def overview_url(cloud: str, tenant_id: object, client_id: object) -> str:
    """Overview of an app registration, with its IDs."""
    return _application(cloud, tenant_id, "Overview", client_id)


def _application(cloud: str, tenant_id: object, page: str, client_id: object) -> str:
    return f"{_view(cloud, tenant_id)}/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/{page}/appId/{client_id}"


def _view(cloud: str, tenant_id: object) -> str:
    return f"{_HOSTS.get(cloud, _HOSTS['global'])}/{tenant_id}/#view"
