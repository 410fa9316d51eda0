"""Graph's refusals that differ by message only: a fragment of it, in lower case, and what it tells.

Most stand under `Request_BadRequest`. Messages are not documented and may change: one that is not known falls back to
the explanation of its code. Seen at https://learn.microsoft.com/graph/api/group-post-members, .../user-assignlicense.
"""

from typing import Final

from .explanation import ACTION_DETAILS, IN_ENTRA, OVERVIEW, PERSON, REPORT, Explanation, learn

_GROUPS = learn("Which groups Graph can change", "graph/api/resources/groups-overview")
_LICENCES = learn("About licences in Entra", "entra/fundamentals/licensing")
_BY_GROUP = learn("Licences by group", "entra/fundamentals/concept-group-based-licensing")
_USER = learn("A user's properties", "graph/api/resources/user")
_OUR_ID = ("An id of the wrong kind was sent.",)

_LIFETIME = Explanation(
    "token_expired",
    "Microsoft Graph says that the application's token has expired.",
    ("The clock of this server is wrong.", "The tenant has cut the life of tokens short."),
    "Have whoever runs this server check its clock; then ask again.",
    (learn("How long tokens live", "entra/identity-platform/access-tokens"), ACTION_DETAILS),
)
_AUDIENCE = Explanation(
    "wrong_audience",
    "Microsoft Graph says that the application's token is for something else.",
    ("The credential names another of Microsoft's clouds than the one the tenant lives in.",),
    "Choose the right cloud for the credential, and check it.",
    (ACTION_DETAILS, learn("Microsoft's clouds", "graph/deployments")),
)
_BAD_ID = Explanation(
    "bad_id",
    "Microsoft Graph does not understand an id it was given. This is a fault of this product.",
    _OUR_ID,
    REPORT,
    (learn("Graph's errors", "graph/errors"),),
    again=False,
)

HINTS: Final[tuple[tuple[str, Explanation], ...]] = (
    ("object references already exist", Explanation(
        "already_member",
        "The person is a member already; there was nothing to do.",
        ("Somebody else has added the person meanwhile.", "An earlier attempt had gone through."),
        "Nothing needs to be done.",
        (IN_ENTRA, learn("Adding members", "graph/api/group-post-members")),
        again=False,
    )),
    ("objects being referenced don't exist", Explanation(
        "not_replicated",
        "The directory does not know the group, or the person, everywhere yet.",
        ("It was created only seconds ago.", "It was deleted meanwhile."),
        "Wait a minute and ask again.",
        (learn("Adding members", "graph/api/group-post-members"), IN_ENTRA),
    )),
    ("mail-enabled security group", Explanation(
        "mail_group",
        "Members of this group are kept in Exchange: Microsoft Graph cannot change them.",
        ("It is a mail-enabled security group.", "It is a distribution list."),
        "Change the members in the Exchange admin center.",
        (
            learn(
                "Distribution groups in Exchange",
                "exchange/recipients-in-exchange-online/manage-distribution-groups/manage-distribution-groups",
            ),
            _GROUPS,
        ),
        again=False,
    )),
    ("on-premises mastered", Explanation(
        "on_premises",
        "This account is synchronised from on-premises Active Directory: it has to be changed there.",
        (
            "Active Directory is the master of this account, and of its password.",
            "The account is being moved from Active Directory to the cloud at this moment.",
        ),
        "Change it in Active Directory; the next synchronisation with Entra brings it here.",
        (learn("Accounts of Active Directory", "entra/identity/hybrid/whatis-hybrid-identity"), IN_ENTRA),
        again=False,
    )),
    ("originated within an external service", Explanation(
        "external_service",
        "This is managed in Exchange and has to be changed there.",
        ("Exchange is the master of this property or object.",),
        "Change it in the Exchange admin center.",
        (learn("The Exchange admin center", "exchange/exchange-admin-center"),),
        again=False,
    )),
    ("invalid usage location", Explanation(
        "usage_location",
        "The person needs a usage location first.",
        ("None is set.", "It was set only now, and not every server of the directory knows it yet."),
        "Set the person's usage location, wait a few seconds, and ask again.",
        (IN_ENTRA, _LICENCES),
    )),
    ("available licenses", Explanation(
        "no_seats",
        "There are no free seats of this licence.",
        ("All seats are assigned.", "The subscription has run out, or its number of seats was cut."),
        "Free a seat, or buy one; then ask again.",
        (_LICENCES,),
    )),
    ("not have a corresponding license", Explanation(
        "licence_not_held",
        "The person does not hold this licence; there was nothing to do.",
        ("It was removed meanwhile.",),
        "Nothing needs to be done.",
        (IN_ENTRA, _LICENCES),
        again=False,
    )),
    ("inherited from a group", Explanation(
        "licence_from_group",
        "The person has this licence through a group; it cannot be taken away directly.",
        ("A group with this licence has the person as a member.",),
        "Remove the person from that group, or the licence from the group.",
        (IN_ENTRA, _BY_GROUP),
        again=False,
    )),
    ("password complexity", Explanation(
        "weak_password",
        "The directory refused the password: it is too weak, or on the tenant's list of banned passwords."
        " Choose another.",
        (
            "It holds a word that Microsoft or the tenant has banned.",
            "It has fewer than three of: capital letters, small letters, digits, signs.",
            "It is like a password the person had before.",
        ),
        "Ask again and leave the field empty: a strong password is then made.",
        (learn("How Entra bans passwords", "entra/identity/authentication/concept-password-ban-bad"),),
    )),
    ("same value for property", Explanation(
        "value_taken",
        "Another object in the directory already uses this value.",
        (
            "Another person has this sign-in name or address.",
            "A deleted account still holds it, for 30 days.",
        ),
        "Find who has it, deleted accounts included; then ask again with another value.",
        (learn("Deleted accounts", "entra/fundamentals/users-restore"), PERSON),
    )),
    ("get by key only supports", _BAD_ID._replace(kind="bad_key")),
    ("invalid object identifier", _BAD_ID),
    ("invalid guid", _BAD_ID),
    ("property values specified are invalid", Explanation(
        "bad_value",
        "The directory does not accept one of the values.",
        ("It is too long, or holds signs that are not allowed there.", "The property cannot be changed by an app."),
        "Ask again with another value.",
        (learn("What a user's properties may hold", "graph/api/user-update"), _USER),
    )),
    ("invalid property", Explanation(
        "bad_property",
        "The directory does not know one of the properties. This is a fault of this product.",
        ("The property does not exist for this kind of account.",),
        REPORT,
        (_USER,),
        again=False,
    )),
    ("not licensed for this feature", Explanation(
        "no_feature_licence",
        "The tenant has no licence for this feature.",
        ("It needs Entra ID P2.", "The licence has run out."),
        "Have the licence added to the tenant; then ask again.",
        (_LICENCES,),
    )),
    ("usercredentialpolicy does not allow", Explanation(
        "method_not_allowed",
        "The tenant does not allow this way to sign in for this person.",
        ("The authentication method is switched off.", "It is switched on for other groups only."),
        "Switch the method on for the person in Entra, under Authentication methods; then ask again.",
        (learn("Authentication methods", "entra/identity/authentication/concept-authentication-methods-manage"),),
    )),
    ("default authentication method", Explanation(
        "default_method",
        "This is the person's default method: it can be removed only after the others.",
        ("Other methods are still registered.",),
        "Remove the other methods first, or have another made the default in Entra; then ask again.",
        (
            learn("Authentication methods", "entra/identity/authentication/concept-authentication-methods-manage"),
            IN_ENTRA,
        ),
    )),
    ("lifetime validation failed", _LIFETIME),
    ("invalid audience", _AUDIENCE),
    ("access token is empty", _AUDIENCE._replace(
        kind="no_token",
        sentence="Microsoft Graph says that it was given no token.",
        causes=("A proxy has taken the token out of the request.",),
        cure="Have whoever runs this server check its proxy; then ask again.",
        links=(learn("Graph's authorization errors", "graph/resolve-auth-errors"),),
    )),
    ("identity of the calling application could not be", Explanation(
        "app_gone",
        "The application is no longer known in this tenant.",
        ("Its enterprise application was deleted in Entra.", "The app registration was deleted."),
        "Restore it in Entra, or register a new one and replace the credential.",
        (OVERVIEW, learn("Restore an enterprise application", "entra/identity/enterprise-apps/restore-application")),
    )),
)  # fmt: skip
