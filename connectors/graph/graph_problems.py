"""Graph's errors, explained. From https://learn.microsoft.com/graph/errors and, where the documentation is silent, from
what is seen in the field: which of a code's meanings holds is then told by its message only, which is a hint."""

from typing import Final

from .explanation import ACTION_DETAILS, IN_ENTRA, PERMISSIONS, PERSON, REPORT, SERVICE_HEALTH, Explanation, learn

_CHANGEABLE_GROUPS = learn("Which groups Graph can change", "graph/api/resources/groups-overview")
_LICENCES = learn("About licences in Entra", "entra/fundamentals/licensing")
_USER_PROPERTIES = learn("What a user's properties may hold", "graph/api/user-update")
_ERRORS = learn("Graph's errors", "graph/errors")
_AUTH_ERRORS = learn("Graph's authorization errors", "graph/resolve-auth-errors")
_WHO_MAY = learn(
    "Who may act on whom", "entra/identity/role-based-access-control/privileged-roles-permissions?tabs=admin-center"
)

DENIED: Final = Explanation(
    "denied",
    "Microsoft refused: the credential lacks a permission or a directory role for this, or the person is protected."
    " Microsoft does not say which.",
    (
        "The person is protected: has an administrator role, or is in a role-assignable group or a restricted unit.",
        "The application's directory role is missing, or holds for one administrative unit only.",
        "A permission was granted without admin consent, or was taken back since the last check.",
    ),
    "If it works for others, it is this person: have a Privileged Authentication Administrator do it in Entra. If it"
    " works for nobody, complete the application's permissions and its directory role, then check the credential.",
    (_WHO_MAY, PERMISSIONS, ACTION_DETAILS),
)
NOT_FOUND: Final = Explanation(
    "not_found",
    "This person is no longer in the directory.",
    (
        "The account was deleted in Entra. It can be restored there for 30 days.",
        "What was referred to is not there: somebody is not a member of that group, or has no manager.",
        "It was created only now, and not every server of the directory knows it yet.",
    ),
    "Look for the person in Entra; restore the account, or synchronise to see the directory as it is now.",
    (IN_ENTRA, PERSON),
)
BAD_REQUEST: Final = Explanation(
    "bad_request",
    "Microsoft refused the request as it stands.",
    (
        "A value is of a kind that the directory does not accept there.",
        "The account is of a kind for which this cannot be done.",
    ),
    "Read Graph's own words below: they name what it did not accept. Then ask again with another value.",
    (_USER_PROPERTIES, _ERRORS),
)
CONFLICT: Final = Explanation(
    "conflict",
    "The directory holds something that contradicts this.",
    ("The value is in use already.", "Somebody else has just changed the same thing."),
    "Look at the person in Entra, then ask again.",
    (IN_ENTRA, _ERRORS),
)
TOKEN_REFUSED: Final = Explanation(
    "token_refused",
    "Microsoft Graph does not accept the token of this application.",
    (
        "The application, or its sign-in sessions, were disabled or revoked in the tenant a moment ago.",
        "The application belongs to another of Microsoft's clouds than the credential says.",
        "A policy wants a fresh sign-in from another network.",
    ),
    "Check the credential: that signs in afresh and tells what is wrong.",
    (ACTION_DETAILS, _AUTH_ERRORS),
)
THROTTLED: Final = Explanation(
    "throttled",
    "Microsoft Graph is busy: it asks this application to wait.",
    (
        "Much is being asked of this tenant at the moment, by this product or by others.",
        "A large synchronisation or many runs are under way.",
    ),
    "Nothing needs to be done: it is tried again when Microsoft has said.",
    (learn("How Graph throttles", "graph/throttling"),),
)
TROUBLE: Final = Explanation(
    "graph_trouble",
    "Microsoft Graph has a problem of its own.",
    ("A server of Microsoft's failed for a moment.", "Microsoft has an outage."),
    "Nothing needs to be done here. If it lasts, look at Microsoft's service health.",
    (SERVICE_HEALTH,),
)
CHANGES_EXPIRED: Final = Explanation(
    "changes_expired",
    "The list of changes has expired.",
    ("The last synchronisation was too long ago.", "Microsoft has reset its list of changes."),
    "Nothing needs to be done: everything is read again.",
    (learn("How Graph tells changes", "graph/delta-query-overview"),),
)
ELSEWHERE: Final = Explanation(
    "elsewhere",
    "Microsoft Graph sent us elsewhere. It was not followed.",
    ("A proxy or a firewall answers in Microsoft's place.", "The address of Graph in the settings is not right."),
    "Have whoever runs this server check its proxy and the address of Graph.",
    (learn("Graph's addresses", "graph/deployments"),),
)

# By Graph's `code`.
BY_CODE: Final = {
    "Authorization_RequestDenied": DENIED,
    "accessDenied": DENIED,
    "AccessDenied": DENIED,
    "Forbidden": DENIED,
    "Authorization_IdentityNotFound": Explanation(
        "app_gone",
        "The application is no longer known in this tenant.",
        ("Its enterprise application was deleted in Entra.", "The app registration was deleted."),
        "Restore it in Entra, or register a new one and replace the credential.",
        (learn("Restore an enterprise application", "entra/identity/enterprise-apps/restore-application"),),
    ),
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant": Explanation(
        "no_premium",
        "The tenant lacks the Entra ID P1 licence this needs.",
        (
            "The tenant has no Entra ID P1 or P2, or is a B2C tenant.",
            "Microsoft says so at times of a licensed tenant, too, when it is busy.",
        ),
        "If the tenant is licensed, ask again later.",
        (_LICENCES,),
    ),
    "InvalidAuthenticationToken": TOKEN_REFUSED,
    "Request_ResourceNotFound": NOT_FOUND,
    "ResourceNotFound": NOT_FOUND,
    "Request_BadRequest": BAD_REQUEST,
    "BadRequest": BAD_REQUEST,
    "400": BAD_REQUEST,
    "ImageNotFound": Explanation(
        "no_photo",
        "The person has no photo.",
        ("None was ever set.",),
        "Nothing needs to be done.",
        (learn("Photos in Graph", "graph/api/profilephoto-get"),),
        again=False,
    ),
    "ErrorNonExistentMailbox": Explanation(
        "no_mailbox",
        "The person has no mailbox, and so no photo.",
        ("No licence with Exchange is assigned.", "The mailbox is still being made."),
        "Nothing needs to be done.",
        (learn("Photos in Graph", "graph/api/profilephoto-get"),),
        again=False,
    ),
    "Directory_ConcurrencyViolation": Explanation(
        "concurrency",
        "Somebody changed the same thing at the same moment.",
        ("Another administrator or another program is at work on this person.",),
        "Nothing needs to be done: it is tried again.",
        (_ERRORS,),
    ),
    "Directory_ExpiredPageToken": CHANGES_EXPIRED,
    "syncStateNotFound": CHANGES_EXPIRED,
    "syncStateInvalid": CHANGES_EXPIRED,
    "resyncRequired": CHANGES_EXPIRED,
    "TooManyRequests": THROTTLED,
    "activityLimitReached": THROTTLED,
    "serviceNotAvailable": TROUBLE,
    "Directory_ReplicaUnavailable": TROUBLE,
    "UnknownError": TROUBLE,
    "Request_UnsupportedQuery": Explanation(
        "bad_query",
        "Microsoft Graph does not understand this question. This is a fault of this product.",
        ("A question that Graph answers only under conditions was asked without them.",),
        REPORT,
        (learn("Graph's advanced queries", "graph/aad-advanced-queries"),),
        again=False,
    ),
    "Request_MultipleObjectsWithSameKeyValue": CONFLICT,
}
# For answers whose code is not listed, or that have none.
BY_STATUS: Final = {
    400: BAD_REQUEST,
    401: TOKEN_REFUSED,
    403: DENIED,
    404: NOT_FOUND,
    409: CONFLICT,
    410: CHANGES_EXPIRED,
    424: Explanation(
        "predecessor_failed",
        "A step that had to come first failed, so this one was not tried.",
        ("Several changes were sent as one, and an earlier one was refused.",),
        "Look at the step before it; ask again when that is cured.",
        (learn("How Graph carries out several requests", "graph/json-batching"),),
    ),
    429: THROTTLED,
    500: TROUBLE,
    502: TROUBLE,
    503: TROUBLE,
    504: TROUBLE,
}
