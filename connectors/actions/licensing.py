"""What a user object says of licences: which are held directly, which come from groups, and what is wrong with them.

`assignedLicenses` does not tell the two apart, `licenseAssignmentStates` does:
https://learn.microsoft.com/graph/api/resources/licenseassignmentstate
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from .directory import LicenceFacts

State = Mapping[str, Any]

_ASSIGNED, _STATES = "assignedLicenses", "licenseAssignmentStates"
_WELL = ("", "None")

ERRORS: Final = {
    "CountViolation": "No seat is left for it: free a seat or buy one.",
    "MutuallyExclusiveViolation": "It cannot stand beside another licence of this person: take that one away.",
    "DependencyViolation": "It needs a service of another licence, which this person does not have.",
    "ProhibitedInUsageLocationViolation": "Microsoft does not offer it in this person's usage location.",
    "UniquenessViolation": "An address of this person is in use by somebody else.",
}
OTHER_ERROR: Final = "Microsoft could not assign it, and says no more than that."


NOT_FOR_PEOPLE: Final = "Cannot be assigned to people: it is for the whole company, or it has run out."
NO_SEAT: Final = "No seat is left. Free one, or buy one."
NO_LOCATION: Final = "This person has no usage location, and Microsoft assigns nothing without. Set it first."


class Inherited(NamedTuple):
    """One licence that a group hands down. `error` is Microsoft's word for why the person does not get it, or empty."""

    sku_id: str
    group_id: str
    error: str


def direct_of(state: State) -> dict[str, list[str]] | None:
    """The licences that are assigned directly: the plans switched off, by SKU. None where nothing is known of that."""
    entries = state.get(_STATES)
    if entries is None:
        return None
    return {_lower(entry.get("skuId")): _plans(entry) for entry in entries if not entry.get("assignedByGroup")}


def inherited_of(state: State) -> list[Inherited]:
    """The licences that come from groups, those in error too."""
    return [
        Inherited(_lower(entry.get("skuId")), _lower(entry["assignedByGroup"]), _error(entry))
        for entry in state.get(_STATES) or ()
        if entry.get("assignedByGroup")
    ]


def errors_of(state: State) -> dict[str, str]:
    """What is wrong with licences that are assigned directly: Microsoft's word for it, by SKU."""
    entries = [entry for entry in state.get(_STATES) or () if not entry.get("assignedByGroup")]
    return {_lower(entry.get("skuId")): _error(entry) for entry in entries if _error(entry)}


def product_refusal(product: LicenceFacts, state: State) -> str:
    """Why a product cannot be assigned to somebody who does not have it directly; empty when it can."""
    if not product.assignable:
        return NOT_FOR_PEOPLE
    holds = any(each.sku_id == product.sku_id and not each.error for each in inherited_of(state))
    return "" if product.left > 0 or holds else NO_SEAT


def error_words(error: str) -> str:
    """What an error of an assignment means and what cures it, in a sentence; empty for none."""
    return "" if error in _WELL else ERRORS.get(error, OTHER_ERROR)


def handed_down_by(state: State, group_id: str) -> list[str]:
    """The SKUs that the person would lose with one group: those that come from there and from nowhere else."""
    group_id = group_id.lower()
    others = {each.sku_id for each in inherited_of(state) if each.group_id != group_id} | set(direct_of(state) or ())
    return [each.sku_id for each in inherited_of(state) if each.group_id == group_id and each.sku_id not in others]


def direct_ones(state: State, skus: Collection[str]) -> list[dict[str, Any]] | None:
    """Those of the SKUs that are assigned directly, sorted, as a run keeps them; None where nothing is known."""
    direct = direct_of(state)
    if direct is None:
        return None
    return [{"sku": sku, "disabledPlans": direct[sku]} for sku in sorted(direct) if sku in skus]


def changed(state: State, add: Mapping[str, list[str]], remove: Collection[str]) -> State:
    """The state once these have been assigned directly (the plans switched off, by SKU) and those taken away."""
    replaced = {*add, *remove}
    kept = [
        entry
        for entry in state.get(_STATES) or ()
        if entry.get("assignedByGroup") or _lower(entry.get("skuId")) not in replaced
    ]
    fresh = [
        {"skuId": sku, "disabledPlans": plans, "assignedByGroup": None, "state": "Active", "error": "None"}
        for sku, plans in add.items()
    ]
    return {**state, _STATES: [*kept, *fresh], _ASSIGNED: _effective([*kept, *fresh])}


def _effective(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What follows for `assignedLicenses`: of what comes by two ways a plan is off only where both switch it off."""
    off: dict[str, set[str]] = {}
    for entry in entries:
        if not _error(entry):
            sku, plans = _lower(entry.get("skuId")), set(_plans(entry))
            off[sku] = off[sku] & plans if sku in off else plans
    return [{"skuId": sku, "disabledPlans": sorted(plans)} for sku, plans in off.items()]


def _error(entry: Mapping[str, Any]) -> str:
    error = str(entry.get("error") or "")
    if error in _WELL:
        return "Other" if entry.get("state") in ("Error", "ActiveWithError") else ""
    return error


def _plans(entry: Mapping[str, Any]) -> list[str]:
    return sorted(_lower(plan) for plan in entry.get("disabledPlans") or ())


def _lower(value: Any) -> str:
    return str(value or "").lower()
