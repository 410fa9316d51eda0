"""Why Microsoft's token endpoint says no, in plain words.

Numbers and meanings: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from typing import NamedTuple


class Problem(NamedTuple):
    """A plain sentence with its cure, our own short code, and whether it passes by itself."""

    message: str
    code: str
    passing: bool = False


_WRONG_SECRET = Problem(
    "Microsoft does not accept this client secret. Paste the secret's Value, which Entra shows once when the secret is"
    " made; the Secret ID beside it does not work.",
    "wrong_secret",
)
_NO_APP = Problem(
    "There is no application with this client ID in this tenant. Check the application (client) ID and the directory"
    " (tenant) ID: both are on the app registration's Overview page.",
    "unknown_app",
)
NO_TENANT = Problem(
    "Microsoft knows no such tenant in this cloud. Check the directory (tenant) ID and the cloud.", "unknown_tenant"
)
_OUR_FAULT = Problem(
    "Microsoft did not understand the request for a token. This is a fault of this product.", "bad_request"
)
_BUSY = Problem("Microsoft's sign-in service is busy or out of order.", "sign_in_busy", passing=True)

PROBLEMS = {
    7000215: _WRONG_SECRET,
    7000222: Problem(
        "The client secret has expired. Make a new one in Entra under Certificates & secrets, and replace it here.",
        "expired_secret",
    ),
    7000112: Problem(
        "The application is disabled in this tenant. Enable it in Entra under Enterprise applications > Properties.",
        "app_disabled",
    ),
    7000229: Problem(
        "The application has not been let into this tenant: an administrator must grant admin consent under API"
        " permissions.",
        "no_consent",
    ),
    700016: _NO_APP,
    90002: NO_TENANT,
    900023: NO_TENANT,
    90038: Problem("The tenant lives in another of Microsoft's clouds. Choose that cloud.", "wrong_cloud"),
    900382: Problem("The tenant lives in another of Microsoft's clouds. Choose that cloud.", "wrong_cloud"),
    53003: Problem("A Conditional Access policy for workload identities blocks this application.", "blocked_by_policy"),
    530032: Problem("A security policy of the tenant blocks this application.", "blocked_by_policy"),
    70011: _OUR_FAULT,
    1002012: _OUR_FAULT,
    7000218: _OUR_FAULT,
    900144: _OUR_FAULT,
    **dict.fromkeys((90055, 90006, 90024, 90033, 90090, 90012, 50000), _BUSY),
}

# For numbers not listed: OAuth's own error names.
BY_NAME = {
    "invalid_client": _WRONG_SECRET,
    "unauthorized_client": _NO_APP,
    "invalid_tenant": NO_TENANT,
    "invalid_scope": _OUR_FAULT,
    "invalid_request": _OUR_FAULT,
    "unsupported_grant_type": _OUR_FAULT,
    "temporarily_unavailable": _BUSY,
    "server_error": _BUSY,
}
UNKNOWN = Problem("Microsoft refused to sign this application in, for a reason this product does not know.", "refused")


def problem_of(number: int, name: str = "") -> Problem:
    """The problem for an AADSTS number, else for the OAuth error name, else the unknown one."""
    return PROBLEMS.get(number) or BY_NAME.get(name, UNKNOWN)
