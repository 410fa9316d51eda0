"""Examples of the actions on signing in."""

from connectors.actions import DisableAccount, EnableAccount, RequirePasswordChange, ResetPassword, RevokeSessions

from .sample import EARLIER, LATER, Sample

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
)
