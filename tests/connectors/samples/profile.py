"""Examples of the actions on what is known of a person."""

from connectors.actions import RemoveManager, SetManager

from .sample import Sample

MANAGER_ID = "0a0b0c0d-1111-2222-3333-444455556666"
MANAGER = {"id": MANAGER_ID, "displayName": "Megan Bowen", "userPrincipalName": "megan@contoso.example"}
EARLIER_MANAGER = {**MANAGER, "id": "0c0b0a0d-1111-2222-3333-444455556666", "displayName": "Miriam Graham"}

SAMPLES = (
    Sample(SetManager(MANAGER_ID, "Megan Bowen"), {"manager": None}, {"manager": MANAGER}),
    Sample(SetManager(MANAGER_ID, "Megan Bowen"), {"manager": EARLIER_MANAGER}, {"manager": MANAGER}),
    Sample(RemoveManager(), {"manager": MANAGER}, {"manager": None}),
)
