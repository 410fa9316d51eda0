"""What people call Microsoft's products, by the part number that Graph tells of them.

From "Product names and service plan identifiers for licensing" (the common ones, under their present names):
https://learn.microsoft.com/entra/identity/users/licensing-service-plan-reference
"""

from collections.abc import Iterable
from typing import Final

from .directory import LicenceFacts

NAMES: Final[dict[str, str]] = {
    "SPE_E3": "Microsoft 365 E3",
    "SPE_E5": "Microsoft 365 E5",
    "SPE_F1": "Microsoft 365 F3",
    "M365_F1": "Microsoft 365 F1",
    "SPB": "Microsoft 365 Business Premium",
    "O365_BUSINESS_PREMIUM": "Microsoft 365 Business Standard",
    "O365_BUSINESS_ESSENTIALS": "Microsoft 365 Business Basic",
    "O365_BUSINESS": "Microsoft 365 Apps for business",
    "OFFICESUBSCRIPTION": "Microsoft 365 Apps for enterprise",
    "Microsoft_365_Copilot": "Microsoft 365 Copilot",
    "IDENTITY_THREAT_PROTECTION": "Microsoft 365 E5 Security",
    "INFORMATION_PROTECTION_COMPLIANCE": "Microsoft 365 E5 Compliance",
    "STANDARDPACK": "Office 365 E1",
    "ENTERPRISEPACK": "Office 365 E3",
    "ENTERPRISEPREMIUM": "Office 365 E5",
    "ENTERPRISEPREMIUM_NOPSTNCONF": "Office 365 E5 without Audio Conferencing",
    "DESKLESSPACK": "Office 365 F3",
    "AAD_PREMIUM": "Microsoft Entra ID P1",
    "AAD_PREMIUM_P2": "Microsoft Entra ID P2",
    "EMS": "Enterprise Mobility + Security E3",
    "EMSPREMIUM": "Enterprise Mobility + Security E5",
    "INTUNE_A": "Microsoft Intune Plan 1",
    "WIN_DEF_ATP": "Microsoft Defender for Endpoint P2",
    "ATP_ENTERPRISE": "Microsoft Defender for Office 365 (Plan 1)",
    "THREAT_INTELLIGENCE": "Microsoft Defender for Office 365 (Plan 2)",
    "RIGHTSMANAGEMENT": "Azure Information Protection Plan 1",
    "EXCHANGESTANDARD": "Exchange Online (Plan 1)",
    "EXCHANGEENTERPRISE": "Exchange Online (Plan 2)",
    "EXCHANGEDESKLESS": "Exchange Online Kiosk",
    "SHAREPOINTSTANDARD": "SharePoint Online (Plan 1)",
    "SHAREPOINTENTERPRISE": "SharePoint Online (Plan 2)",
    "WACONEDRIVESTANDARD": "OneDrive for Business (Plan 1)",
    "POWER_BI_STANDARD": "Power BI (free)",
    "POWER_BI_PRO": "Power BI Pro",
    "PBI_PREMIUM_PER_USER": "Power BI Premium Per User",
    "FLOW_FREE": "Power Automate Free",
    "POWERAPPS_VIRAL": "Power Apps Plan 2 Trial",
    "POWERAPPS_DEV": "Power Apps for Developer",
    "VISIOONLINE_PLAN1": "Visio Plan 1",
    "VISIOCLIENT": "Visio Plan 2",
    "PROJECT_P1": "Project Plan 1",
    "PROJECTPROFESSIONAL": "Project Plan 3",
    "PROJECTPREMIUM": "Project Plan 5",
    "PROJECTESSENTIALS": "Project Online Essentials",
    "TEAMS_EXPLORATORY": "Microsoft Teams Exploratory",
    "TEAMS_FREE": "Microsoft Teams (free)",
    "MCOEV": "Microsoft Teams Phone Standard",
    "MCOMEETADV": "Microsoft 365 Audio Conferencing",
    "MCOPSTN1": "Microsoft 365 Domestic Calling Plan",
    "MCOPSTN2": "Microsoft 365 Domestic and International Calling Plan",
    "PHONESYSTEM_VIRTUALUSER": "Microsoft Teams Phone Resource Account",
    "Microsoft_Teams_Rooms_Basic": "Microsoft Teams Rooms Basic",
    "Microsoft_Teams_Rooms_Pro": "Microsoft Teams Rooms Pro",
    "WINDOWS_STORE": "Windows Store for Business",
    "WIN10_PRO_ENT_SUB": "Windows 10/11 Enterprise E3",
}


def licence_name(part_number: str) -> str:
    """What a product is called; the part number itself where that is not known."""
    return NAMES.get(part_number, part_number)


def full_licence_name(part_number: str) -> str:
    """The same with the part number beside it, for whoever has to find it in Entra."""
    name = licence_name(part_number)
    return name if name == part_number else f"{name} ({part_number})"


def names_of(licences: Iterable[LicenceFacts]) -> dict[str, str]:
    """What the products of a tenant are called, by their SKU."""
    return {licence.sku_id.lower(): licence_name(licence.name) for licence in licences}
