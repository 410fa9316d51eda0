"""The tenant's licences: the products bought, how many, and who holds which from the start."""

from functools import lru_cache
from typing import NamedTuple

from neurons_admin.demo.dice import Dice, object_id
from neurons_admin.demo.names import DEPARTMENTS
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


class Product(NamedTuple):
    """Something bought: `spare` is how many seats were free when the tenant was made."""

    sku: str
    part_number: str
    spare: int
    applies_to: str
    state: str
    plans: tuple[str, ...]

    @property
    def plan_ids(self) -> frozenset[str]:
        """The ids of the service plans that can be switched off one by one."""
        return frozenset(_PLANS[name] for name in self.plans)


_ALL = (
    Product(E3, "SPE_E3", 25, "User", "Enabled", _SUITE),
    Product(E5, "SPE_E5", 3, "User", "Enabled", (*_SUITE, "AAD_PREMIUM_P2", "BI_AZURE_P2")),
    Product(F3, "SPE_F1", 40, "User", "Enabled", ("EXCHANGE_S_DESKLESS", "TEAMS1", "AAD_PREMIUM")),
    Product(ENTRA_P2, "AAD_PREMIUM_P2", 10, "User", "Enabled", ("AAD_PREMIUM", "AAD_PREMIUM_P2")),
    Product(POWER_BI_PRO, "POWER_BI_PRO", 0, "User", "Enabled", ("BI_AZURE_P2",)),
    Product(VISIO, "VISIOCLIENT", -2, "User", "Warning", ("VISIOONLINE",)),
    Product(FLOW_FREE, "FLOW_FREE", 9990, "User", "Enabled", ("FLOW_P2_VIRAL",)),
    Product(WINDOWS_STORE, "WINDOWS_STORE", 25, "Company", "Enabled", ("WINDOWS_STORE",)),
)
PRODUCTS = {product.sku: product for product in _ALL}
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
_BY_GROUP = {"Marketing": POWER_BI_PRO, "Operations": F3}
"""What the group of a department hands down to everybody in it."""
_DEPARTMENT_NAMES = tuple(name for name, _ in DEPARTMENTS)
_FIRST_DEPARTMENT_GROUP = 10


def state(sku: str, group_id: str | None = None, *, since: str = _SINCE, problem: str = "None") -> Json:
    """One way by which a person has a licence: directly, or through the group with this id."""
    return {"skuId": sku, "disabledPlans": [], "assignedByGroup": group_id,
            "state": "Active" if problem == "None" else "Error", "error": problem,
            "lastUpdatedDateTime": since}  # fmt: skip


def assigned(states: list[Json]) -> list[Json]:
    """The `assignedLicenses` that follow from the states: inherited ones too, and none that is in error.

    Of a licence that comes by two ways a plan is off only where both switch it off.
    """
    off: dict[str, set[str]] = {}
    for entry in states:
        if entry["state"] == "Active":
            plans = set(entry["disabledPlans"])
            off[entry["skuId"]] = off[entry["skuId"]] & plans if entry["skuId"] in off else plans
    return [{"disabledPlans": sorted(plans), "skuId": sku} for sku, plans in off.items()]


def give(user: Json, dice: Dice, bundle: tuple[str, ...] | None = None) -> None:
    """Let the dice choose the licences that this person holds directly, unless they are given."""
    by_chance = dice.pick(_BUNDLES)
    _set(user, by_chance if bundle is None else bundle, None, "None")


def inherit(user: Json, seed: int, number: int) -> None:
    """Add what the group of the person's department hands down; for some no seat was left."""
    sku = _BY_GROUP.get(user.get("department", ""))
    if sku is None or user["userType"] == "Guest":
        return
    direct = tuple(entry["skuId"] for entry in user["licenseAssignmentStates"])
    is_short = sku == POWER_BI_PRO and number % 9 == 0 and sku not in direct
    _set(user, direct, (sku, department_group(seed, user["department"])), "CountViolation" if is_short else "None")


@lru_cache(maxsize=200)
def department_group(seed: int, department: str) -> str:
    """The object id of a department's group."""
    return object_id(seed, _FIRST_DEPARTMENT_GROUP + _DEPARTMENT_NAMES.index(department), "group")


def handed_down(department: str) -> list[Json]:
    """The `assignedLicenses` of a department's group."""
    return [{"disabledPlans": [], "skuId": sku} for name, sku in _BY_GROUP.items() if name == department]


def _set(user: Json, direct: tuple[str, ...], inherited: tuple[str, str] | None, problem: str) -> None:
    user["assignedLicenses"], user["licenseAssignmentStates"] = _held(direct, inherited, problem)


@lru_cache(maxsize=500)
def _held(direct: tuple[str, ...], inherited: tuple[str, str] | None, problem: str) -> tuple[list[Json], list[Json]]:
    """Licences and their states; the same lists for everybody who has the same, for nobody changes them in place."""
    states = [state(sku) for sku in direct]
    if inherited is not None:
        states.append(state(*inherited, problem=problem))
    return assigned(states), states


def bought(consumed_at_first: dict[str, int]) -> dict[str, int]:
    """How many seats there are of each SKU, given how many were taken when the tenant was made."""
    return {sku: max(consumed_at_first.get(sku, 0) + product.spare, 0) for sku, product in PRODUCTS.items()}


def subscribed_skus(tenant_id: str, seats: dict[str, int], consumed: dict[str, int]) -> list[Json]:
    """What `GET /subscribedSkus` lists; `seats` says how many were bought, `consumed` how many are taken."""
    return [
        {
            "id": f"{tenant_id}_{sku}",
            "accountId": tenant_id,
            "accountName": "Contoso",
            "appliesTo": product.applies_to,
            "capabilityStatus": product.state,
            "consumedUnits": consumed.get(sku, 0),
            "prepaidUnits": {"enabled": seats[sku], "suspended": 0, "warning": 0, "lockedOut": 0},
            "skuId": sku,
            "skuPartNumber": product.part_number,
            "subscriptionIds": [],
            "servicePlans": service_plans(product),
        }
        for sku, product in PRODUCTS.items()
    ]


def service_plans(product: Product) -> list[Json]:
    """The plans of a product as Graph shows them."""
    return [
        {
            "servicePlanId": _PLANS[name],
            "servicePlanName": name,
            "provisioningStatus": "Success",
            "appliesTo": product.applies_to,
        }
        for name in product.plans
    ]


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
