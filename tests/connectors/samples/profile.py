"""Examples of the actions on what is known of a person."""

from connectors.actions.edit_contact import EditContact
from connectors.actions.edit_profile import EditProfile
from connectors.actions.leave_date import SetLeaveDate
from connectors.actions.manager import RemoveManager, SetManager

from .sample import Sample

MANAGER_ID = "0a0b0c0d-1111-2222-3333-444455556666"
MANAGER = {"id": MANAGER_ID, "displayName": "Megan Bowen", "userPrincipalName": "megan@contoso.example"}
EARLIER_MANAGER = {**MANAGER, "id": "0c0b0a0d-1111-2222-3333-444455556666", "displayName": "Miriam Graham"}
NO_EXTENSIONS = {f"extensionAttribute{number}": None for number in range(1, 16)}

SAMPLES = (
    Sample(
        EditProfile({"jobTitle": "Manager", "city": None}, {"jobTitle": None, "city": "Leeds"}),
        {"jobTitle": None, "city": "Leeds"},
        {"jobTitle": "Manager", "city": None},
    ),
    Sample(
        EditProfile({"division": "Retail", "extensionAttribute3": None}),
        {
            "employeeOrgData": {"division": None, "costCenter": "0815"},
            "onPremisesExtensionAttributes": {**NO_EXTENSIONS, "extensionAttribute3": "x"},
        },
        {
            "employeeOrgData": {"division": "Retail", "costCenter": "0815"},
            "onPremisesExtensionAttributes": NO_EXTENSIONS,
        },
    ),
    Sample(
        EditContact({"businessPhones": ["+44 1"], "mobilePhone": None}),
        {"businessPhones": [], "mobilePhone": "+44 2"},
        {"businessPhones": ["+44 1"], "mobilePhone": None},
    ),
    Sample(
        EditContact({"otherMails": ["b@example.org", "a@example.org"]}),
        {"otherMails": ["a@example.org"]},
        {"otherMails": ["b@example.org", "a@example.org"]},
    ),
    Sample(EditContact({"otherMails": []}), {"otherMails": ["a@example.org"]}, {"otherMails": []}),
    Sample(
        SetLeaveDate("2026-12-31T17:00:00Z"),
        {"employeeLeaveDateTime": None},
        {"employeeLeaveDateTime": "2026-12-31T17:00:00Z"},
    ),
    Sample(SetLeaveDate(), {"employeeLeaveDateTime": "2026-12-31T17:00:00Z"}, {"employeeLeaveDateTime": None}),
    Sample(SetManager(MANAGER_ID, "Megan Bowen"), {"manager": None}, {"manager": MANAGER}),
    Sample(SetManager(MANAGER_ID, "Megan Bowen"), {"manager": EARLIER_MANAGER}, {"manager": MANAGER}),
    Sample(RemoveManager(), {"manager": MANAGER}, {"manager": None}),
)
