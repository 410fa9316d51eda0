"""Why Microsoft's token endpoint says no, in plain words.

Numbers and meanings: https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from typing import Final, NamedTuple

from .explanation import CREDENTIAL, OVERVIEW, PERMISSIONS, REPORT, SECRETS, SERVICE_HEALTH, Explanation, learn

_CODES = learn("Microsoft's sign-in errors", "entra/identity-platform/reference-error-codes")


class Problem(NamedTuple):
    """What is wrong, and whether it passes by itself."""

    explanation: Explanation
    passing: bool = False

    @property
    def code(self) -> str:
        """Our own short code."""
        return self.explanation.kind

    @property
    def message(self) -> str:
        """A plain sentence, with its cure unless it passes by itself."""
        if self.passing:
            return self.explanation.sentence
        return f"{self.explanation.sentence} {self.explanation.cure}"


_WRONG_SECRET = Problem(
    Explanation(
        "wrong_secret",
        "Microsoft does not accept this client secret.",
        (
            "The Secret ID was pasted instead of the secret's Value.",
            "The secret was deleted in Entra.",
            "The secret belongs to another application.",
        ),
        "Paste the secret's Value, which Entra shows once when the secret is made; the Secret ID beside it does not"
        " work.",
        (SECRETS, CREDENTIAL),
    )
)
_EXPIRED_SECRET = Problem(
    Explanation(
        "expired_secret",
        "The client secret has expired.",
        ("It has reached the end that was chosen when it was made.",),
        "Make a new one in Entra under Certificates & secrets, and replace it here.",
        (SECRETS, CREDENTIAL),
    )
)
_WRONG_CERTIFICATE = Problem(
    Explanation(
        "wrong_certificate",
        "Microsoft does not accept this certificate.",
        (
            "It has not been uploaded to the app registration, or to another one.",
            "It was uploaded a moment ago, and Microsoft's servers do not all know it yet.",
            "It was deleted in Entra, or has expired.",
        ),
        "Upload its public part in Entra under Certificates & secrets > Certificates, wait a minute and try again.",
        (SECRETS, CREDENTIAL),
    )
)
_WRONG_CLOCK = Problem(
    Explanation(
        "wrong_clock",
        "Microsoft holds what was signed with the certificate to be too old, or from the future.",
        ("The clock of this server is wrong.",),
        "Set the server's clock; it should follow a time server.",
        (_CODES,),
    )
)
_APP_DISABLED = Problem(
    Explanation(
        "app_disabled",
        "The application is disabled in this tenant.",
        ("An administrator has switched off sign-in for it.", "Microsoft has disabled it for breaking its terms."),
        "Enable it in Entra under Enterprise applications > Properties.",
        (learn("Enabling an application", "entra/identity/enterprise-apps/disable-user-sign-in-portal"), OVERVIEW),
    )
)
_NOT_LET_IN = Problem(
    Explanation(
        "not_let_in",
        "The application has not been let into this tenant.",
        (
            "Nobody has granted admin consent yet.",
            "The enterprise application was deleted in this tenant.",
        ),
        "Have an administrator open API permissions of the application and choose Grant admin consent.",
        (PERMISSIONS, learn("Granting admin consent", "entra/identity/enterprise-apps/grant-admin-consent")),
    )
)
_NO_APP = Problem(
    Explanation(
        "unknown_app",
        "There is no application with this client ID in this tenant.",
        (
            "The client ID is not right: another ID of the page was copied, such as the Object ID.",
            "The tenant ID is that of another tenant.",
            "The app registration was deleted.",
        ),
        "Check the application (client) ID and the directory (tenant) ID: both are on the app registration's Overview"
        " page.",
        (OVERVIEW, CREDENTIAL),
    )
)
NO_TENANT = Problem(
    Explanation(
        "unknown_tenant",
        "Microsoft knows no such tenant in this cloud.",
        ("There is a slip in the tenant ID.", "The tenant lives in another of Microsoft's clouds."),
        "Check the directory (tenant) ID and the cloud.",
        (learn("Finding the tenant ID", "entra/fundamentals/how-to-find-tenant"), CREDENTIAL),
    )
)
_WRONG_CLOUD = Problem(
    Explanation(
        "wrong_cloud",
        "The tenant lives in another of Microsoft's clouds.",
        ("The credential names another cloud than the tenant's.",),
        "Choose that cloud.",
        (CREDENTIAL, learn("Microsoft's clouds", "graph/deployments")),
    )
)
_BLOCKED = Problem(
    Explanation(
        "blocked_by_policy",
        "A Conditional Access policy for workload identities blocks this application.",
        (
            "The policy lets applications in from named networks only, and this server is in none of them.",
            "Microsoft holds the application to be at risk.",
        ),
        "Have the policy changed, or this server's address added to a named location.",
        (learn("Policies for applications", "entra/identity/conditional-access/workload-identity"),),
    )
)
_BLOCKED_BY_SECURITY = Problem(
    _BLOCKED.explanation._replace(
        kind="blocked_by_security",
        sentence="A security policy of the tenant blocks this application.",
        causes=(
            "A policy of the tenant blocks sign-in of this kind.",
            "Microsoft holds the application to be at risk.",
        ),
        cure="Have the policy changed by an administrator of the tenant.",
    )
)
_USER_FLOW = Problem(
    Explanation(
        "user_flow",
        "Microsoft answered as if a person had tried to sign in, not this application.",
        ("Something between this server and Microsoft has changed the request.", "Microsoft has changed its answers."),
        f"Check the credential; if it stays so: {REPORT[0].lower()}{REPORT[1:]}",
        (_CODES, CREDENTIAL),
    )
)
_OUR_FAULT = Problem(
    Explanation(
        "bad_token_request",
        "Microsoft did not understand the request for a token. This is a fault of this product.",
        ("The request lacked something, or named a scope of the wrong form.",),
        REPORT,
        (_CODES,),
    )
)
BUSY: Final = Problem(
    Explanation(
        "sign_in_busy",
        "Microsoft's sign-in service is busy or out of order.",
        ("Microsoft slows the sign-ins of this application down for a while.", "Microsoft has an outage."),
        "Nothing needs to be done: it is tried again. If it lasts, look at Microsoft's service health.",
        (SERVICE_HEALTH,),
    ),
    passing=True,
)

PROBLEMS: Final = {
    7000215: _WRONG_SECRET,
    7000222: _EXPIRED_SECRET,
    700027: _WRONG_CERTIFICATE,
    700024: _WRONG_CLOCK,
    7000112: _APP_DISABLED,
    7000229: _NOT_LET_IN,
    700016: _NO_APP,
    90002: NO_TENANT,
    900023: NO_TENANT,
    90038: _WRONG_CLOUD,
    900382: _WRONG_CLOUD,
    53003: _BLOCKED,
    530032: _BLOCKED_BY_SECURITY,
    **dict.fromkeys((50034, 65001), _USER_FLOW),
    **dict.fromkeys((70011, 1002012, 7000218, 900144, 50027, 700021, 700023), _OUR_FAULT),
    **dict.fromkeys((90055, 90006, 90024, 90033, 90090, 90012, 50000), BUSY),
}

# For numbers not listed: OAuth's own error names.
BY_NAME: Final = {
    "invalid_client": _WRONG_SECRET,
    "unauthorized_client": _NO_APP,
    "invalid_tenant": NO_TENANT,
    "invalid_grant": _USER_FLOW,
    "interaction_required": _BLOCKED,
    "access_denied": _BLOCKED_BY_SECURITY,
    "invalid_scope": _OUR_FAULT,
    "invalid_resource": _OUR_FAULT,
    "invalid_request": _OUR_FAULT,
    "unsupported_grant_type": _OUR_FAULT,
    "temporarily_unavailable": BUSY,
    "server_error": BUSY,
}
UNKNOWN: Final = Problem(
    Explanation(
        "refused",
        "Microsoft refused to sign this application in, for a reason this product does not know.",
        ("Something about the application, its secret or the tenant has changed.",),
        "Look its number up with Microsoft, then check the credential.",
        (_CODES, CREDENTIAL),
    )
)
BY_KIND: Final = {
    problem.code: problem.explanation for problem in (*PROBLEMS.values(), *BY_NAME.values(), UNKNOWN)
}  # fmt: skip


def problem_of(number: int, name: str = "") -> Problem:
    """The problem for an AADSTS number, else for the OAuth error name, else the unknown one."""
    return PROBLEMS.get(number) or BY_NAME.get(name, UNKNOWN)
