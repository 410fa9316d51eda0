"""Examples of the actions that end an account and bring it back."""

from connectors.actions import DeleteAccount, PurgeAccount, RestoreAccount

from .sample import OBJECT_ID, Sample

NAME = "adele@contoso.example"
PRESENT = {"id": OBJECT_ID, "userPrincipalName": NAME}
DELETED = {
    "id": OBJECT_ID,
    "userPrincipalName": OBJECT_ID.replace("-", "") + NAME,
    "@removed": {"reason": "changed"},
}
GONE = {"id": OBJECT_ID, "@removed": {"reason": "deleted"}}

SAMPLES = (
    Sample(DeleteAccount(), PRESENT, DELETED),
    Sample(RestoreAccount(), DELETED, PRESENT),
    Sample(RestoreAccount("adele.vance@contoso.example", True), DELETED, PRESENT),
    Sample(PurgeAccount(), DELETED, GONE),
)
