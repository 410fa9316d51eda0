"""The tenant's licences: the products bought, how many, and who holds which from the start."""

from neurons_admin.demo.dice import Dice
from neurons_admin.demo.wire import Json

E3 = "05e9a617-0261-4cee-bb44-138d3ef5d965"
E5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
F3 = "66b55226-6b4f-492c-910c-a3b7a3c9d993"
ENTRA_P2 = "84a661c4-e949-4bd2-a560-ed7766fcaf2b"
FLOW_FREE = "f30db892-07e9-47e9-837c-80727f46fd3d"
POWER_BI_PRO = "f8a1db68-be16-40ed-86d5-cb42ce701560"
VISIO = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
WINDOWS_STORE = "6470687e-a428-4b7a-bef2-8a291ad947c9"

_PLANS = {
    "EXCHANGE_S_ENTERPRISE": "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "SHAREPOINTENTERPRISE": "5dbe027f-2339-4123-9542-606e4d348a72",
    "TEAMS1": "57ff2da0-773e-42df-b2af-ffb7a2317929",
    "OFFICESUBSCRIPTION": "43de0ff5-c92c-492b-9116-175376d08c38",
    "AAD_PREMIUM": "41781fb2-bc02-4b7c-bd55-b576c07bb09d",
    "AAD_PREMIUM_P2": "eec0eb4f-6444-4f95-aba0-50c24d67f998",
    "INTUNE_A": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5",
    "EXCHANGE_S_DESKLESS": "4a82b400-a79f-41a4-b4e2-e94f5787b113",
    "FLOW_P2_VIRAL": "50e68c76-46c6-4674-81f9-75456511b170",
    "BI_AZURE_P2": "70d33638-9c74-4d01-bfd3-562de28bd4ba",
    "VISIOONLINE": "2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f",
    "WINDOWS_STORE": "a420f25f-a7b3-4ff5-a9d0-5d58f73b537d",
}
_SUITE = (
    "EXCHANGE_S_ENTERPRISE",
    "SHAREPOINTENTERPRISE",
    "TEAMS1",
    "OFFICESUBSCRIPTION",
    "AAD_PREMIUM",
    "INTUNE_A",
)
_PRODUCTS = (
    # SKU, part number, spare seats, applies to, state, plans
    (E3, "SPE_E3", 25, "User", "Enabled", _SUITE),
    (E5, "SPE_E5", 3, "User", "Enabled", (*_SUITE, "AAD_PREMIUM_P2", "BI_AZURE_P2")),
    (F3, "SPE_F1", 40, "User", "Enabled", ("EXCHANGE_S_DESKLESS", "TEAMS1", "AAD_PREMIUM")),
    (ENTRA_P2, "AAD_PREMIUM_P2", 10, "User", "Enabled", ("AAD_PREMIUM", "AAD_PREMIUM_P2")),
    (POWER_BI_PRO, "POWER_BI_PRO", 0, "User", "Enabled", ("BI_AZURE_P2",)),
    (VISIO, "VISIOCLIENT", -2, "User", "Warning", ("VISIOONLINE",)),
    (FLOW_FREE, "FLOW_FREE", 9990, "User", "Enabled", ("FLOW_P2_VIRAL",)),
    (WINDOWS_STORE, "WINDOWS_STORE", 25, "Company", "Enabled", ("WINDOWS_STORE",)),
)
_BUNDLES: tuple[tuple[str, ...], ...] = (
    (E3,),
    (E3,),
    (E3, FLOW_FREE),
    (E5,),
    (E5, VISIO),
    (F3,),
    (F3,),
    (E3, POWER_BI_PRO, ENTRA_P2),
    (),
)
_SINCE = "2025-09-01T06:00:00Z"


def _state(sku: str) -> Json:
    return {"skuId": sku, "disabledPlans": [], "assignedByGroup": None, "state": "Active", "error": "None",
            "lastUpdatedDateTime": _SINCE}  # fmt: skip


_ASSIGNED = {bundle: [{"disabledPlans": [], "skuId": sku} for sku in bundle] for bundle in _BUNDLES}
_STATES = {bundle: [_state(sku) for sku in bundle] for bundle in _BUNDLES}


def give(user: Json, dice: Dice) -> None:
    """Let the dice choose the licences that this person holds."""
    bundle = dice.pick(_BUNDLES)
    user["assignedLicenses"] = _ASSIGNED[bundle]
    user["licenseAssignmentStates"] = _STATES[bundle]


def subscribed_skus(tenant_id: str, consumed: dict[str, int]) -> list[Json]:
    """What `GET /subscribedSkus` lists; `consumed` says how many people hold each SKU."""
    skus: list[Json] = []
    for sku, part_number, spare, applies_to, state, plans in _PRODUCTS:
        used = consumed.get(sku, 0)
        units = {"enabled": max(used + spare, 0), "suspended": 0, "warning": 0, "lockedOut": 0}
        skus.append(
            {
                "id": f"{tenant_id}_{sku}",
                "accountId": tenant_id,
                "accountName": "Contoso",
                "appliesTo": applies_to,
                "capabilityStatus": state,
                "consumedUnits": used,
                "prepaidUnits": units,
                "skuId": sku,
                "skuPartNumber": part_number,
                "subscriptionIds": [],
                "servicePlans": [_service_plan(name) for name in plans],
            }
        )
    return skus


def assigned_plans() -> list[Json]:
    """The service plans of the organization."""
    return [
        {
            "assignedDateTime": _SINCE,
            "capabilityStatus": "Enabled",
            "service": name.title(),
            "servicePlanId": plan,
        }
        for name, plan in _PLANS.items()
    ]


def _service_plan(name: str) -> Json:
    return {
        "servicePlanId": _PLANS[name],
        "servicePlanName": name,
        "provisioningStatus": "Success",
        "appliesTo": "User",
    }
