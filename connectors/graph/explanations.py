"""Graph's refusals in plain words, with what to do next.

Graph documents status and code, never the message; several refusals differ by message only, so it is used as a hint
here and for nothing else. Texts seen in the field may change: an unknown one falls back to the sentence for its code.
"""

from typing import NamedTuple


class _Hint(NamedTuple):
    fragment: str
    sentence: str


_HINTS = (
    _Hint(
        "password complexity",
        "The directory refused the password: it is too weak, or on the tenant's list of banned passwords."
        " Choose another.",
    ),
    _Hint(
        "on-premises mastered",
        "This account is synchronised from on-premises Active Directory: it has to be changed there.",
    ),
    _Hint("originated within an external service", "This is managed in Exchange and has to be changed there."),
    _Hint("usage location", "The person needs a usage location first."),
    _Hint("available licenses", "There are no free seats of this licence."),
    _Hint("same value for property", "Another object in the directory already uses this value."),
    _Hint("not licensed for this feature", "The tenant has no licence for this feature."),
)

_BY_CODE = {
    "Authorization_RequestDenied": (
        "Microsoft refused: the action credential lacks a permission or a directory role for this, or the person is"
        " protected (holds an administrator role, is in a role-assignable group or in a restricted unit). Microsoft"
        " does not say which. If it works for others, it is this person: ask a Privileged Authentication Administrator"
        " to do it in Entra."
    ),
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant": "The tenant lacks the Entra ID P1 licence this needs.",
    "Request_ResourceNotFound": "This person is no longer in the directory.",
    "Authorization_IdentityNotFound": "The application is no longer known in this tenant.",
}


def explain(status: int, code: str, message: str) -> str:
    """A sentence for the person who asked."""
    text = message.lower()
    for hint in _HINTS:
        if hint.fragment in text:
            return hint.sentence
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status == 403:
        return _BY_CODE["Authorization_RequestDenied"]
    if status == 404:
        return _BY_CODE["Request_ResourceNotFound"]
    return "Microsoft refused the request as it stands."
