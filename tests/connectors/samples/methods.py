"""Examples of the actions on authentication methods."""

from connectors.actions import RemoveSignInMethod, TemporaryAccessPass

from .sample import LATER, Sample

PASSWORD = {
    "@odata.type": "#microsoft.graph.passwordAuthenticationMethod",
    "id": "28c10230-6103-485e-b985-444c60001490",
}
PHONE = {
    "@odata.type": "#microsoft.graph.phoneAuthenticationMethod",
    "id": "3179e48a-750b-4051-897c-87b9720928f7",
    "phoneNumber": "+1 4255550164",
    "phoneType": "mobile",
}
PASS = {
    "id": "5c0cf9a7-0a1c-4a8e-9f10-6d3b8ac1e9aa",
    "createdDateTime": LATER,
    "lifetimeInMinutes": 60,
    "isUsableOnce": True,
}

SAMPLES = (
    Sample(
        TemporaryAccessPass(),
        {"temporaryAccessPassMethods": []},
        {"temporaryAccessPassMethods": [PASS]},
        answer={**PASS, "temporaryAccessPass": "a-pass-told-once"},
    ),
    Sample(
        RemoveSignInMethod("phoneMethods", PHONE["id"], "Phone: +1 4255550164 (mobile)"),
        {"authenticationMethods": [PASSWORD, PHONE]},
        {"authenticationMethods": [PASSWORD]},
    ),
)
