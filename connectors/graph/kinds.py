"""The kinds of groups, as Microsoft tells them apart: https://learn.microsoft.com/graph/api/resources/groups-overview."""

from collections.abc import Mapping
from typing import Any, Final

SECURITY: Final = "security"
MICROSOFT_365: Final = "microsoft_365"
MAIL_SECURITY: Final = "mail_security"
DISTRIBUTION: Final = "distribution"


def kind_of(group: Mapping[str, Any]) -> str:
    """Which of them a group object is."""
    if "Unified" in (group.get("groupTypes") or ()):
        return MICROSOFT_365
    if group.get("mailEnabled") is True:
        return MAIL_SECURITY if group.get("securityEnabled") is True else DISTRIBUTION
    return SECURITY
