"""Examples of the actions on signing in."""

from connectors.actions import (
    ChangeSignInName,
    DisableAccount,
    EditIdentities,
    EnableAccount,
    RequirePasswordChange,
    ResetPassword,
    RevokeSessions,
)

from .sample import EARLIER, LATER, Sample

OWN = {"signInType": "userPrincipalName", "issuer": "contoso.example", "issuerAssignedId": "adele@contoso.example"}
HOME = {"signInType": "emailAddress", "issuer": "contoso.example", "issuerAssignedId": "adele@home.example"}
WORK = {"signInType": "federated", "issuer": "fabrikam.example", "issuerAssignedId": None}

SAMPLES = (
    Sample(
        ResetPassword(),
        {"lastPasswordChangeDateTime": EARLIER},
        {"lastPasswordChangeDateTime": LATER},
    ),
    Sample(
        RequirePasswordChange(after_mfa=True),
        {"passwordProfile": {"forceChangePasswordNextSignIn": False, "forceChangePasswordNextSignInWithMfa": False}},
        {"passwordProfile": {"forceChangePasswordNextSignIn": True, "forceChangePasswordNextSignInWithMfa": True}},
    ),
    Sample(DisableAccount(), {"accountEnabled": True}, {"accountEnabled": False}),
    Sample(EnableAccount(), {"accountEnabled": False}, {"accountEnabled": True}),
    Sample(
        RevokeSessions(),
        {"signInSessionsValidFromDateTime": EARLIER},
        {"signInSessionsValidFromDateTime": LATER},
    ),
    Sample(
        ChangeSignInName("adele.vance@contoso.example"),
        {"userPrincipalName": "adele@contoso.example"},
        {"userPrincipalName": "adele.vance@contoso.example"},
    ),
    Sample(EditIdentities([HOME, WORK], []), {"identities": [OWN]}, {"identities": [WORK, OWN, HOME]}),
    Sample(EditIdentities([], [HOME]), {"identities": [OWN, HOME]}, {"identities": [OWN]}),
)
