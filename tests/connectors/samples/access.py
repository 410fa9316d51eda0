"""Examples of the actions on groups and licences."""

from connectors.actions import AddToGroup, AssignLicences, RemoveFromGroup, RemoveLicences

from .sample import Sample

GROUP_ID = "0a0a0a0a-1111-2222-3333-444455556666"
GROUP = {"id": GROUP_ID, "displayName": "Sales", "groupTypes": [], "mailEnabled": False, "securityEnabled": True}
OTHER = {**GROUP, "id": "0b0b0b0b-1111-2222-3333-444455556666", "displayName": "Everybody"}
E3, E5 = "05e9a617-0261-4cee-bb44-138d3ef5d965", "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929"


def licensed(*direct, inherited=()):
    """What Graph says of somebody with these licences: SKUs and the plans switched off, or SKUs and groups."""
    states = [
        {"skuId": sku, "disabledPlans": list(off), "assignedByGroup": None, "state": "Active", "error": "None"}
        for sku, *off in direct
    ]
    states += [
        {"skuId": sku, "disabledPlans": [], "assignedByGroup": group, "state": "Active", "error": "None"}
        for sku, group in inherited
    ]
    assigned = [{"skuId": state["skuId"], "disabledPlans": state["disabledPlans"]} for state in states]
    return {"usageLocation": "DE", "assignedLicenses": assigned, "licenseAssignmentStates": states}


def product(sku, name, **more):
    """A product as the parameters of an action keep it."""
    return {"sku": sku, "name": name, **more}


OUT = {"memberOf": [OTHER], "group": GROUP}
IN = {"memberOf": [OTHER, GROUP], "group": GROUP}
ASSIGN_E5 = product(E5, "Microsoft 365 E5", disabledPlans=None)
DROP_E3 = product(E3, "Microsoft 365 E3")

SAMPLES = (
    Sample(AddToGroup(GROUP_ID, "Sales"), OUT, IN),
    Sample(RemoveFromGroup(GROUP_ID, "Sales"), IN, OUT),
    Sample(AssignLicences(add=[ASSIGN_E5]), licensed((E3,)), licensed((E3,), (E5,))),
    Sample(AssignLicences(add=[ASSIGN_E5], remove=[DROP_E3]), licensed((E3, TEAMS)), licensed((E5,))),
    Sample(
        AssignLicences(add=[product(E3, "Microsoft 365 E3", disabledPlans=[TEAMS])]),
        licensed((E3,)),
        licensed((E3, TEAMS)),
    ),
    Sample(RemoveLicences(remove=[DROP_E3]), licensed((E3, TEAMS), (E5,)), licensed((E5,))),
    Sample(
        RemoveLicences(remove=[DROP_E3]),
        licensed((E3,), inherited=[(E3, GROUP_ID)]),
        licensed(inherited=[(E3, GROUP_ID)]),
    ),
)
