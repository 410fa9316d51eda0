"""Writing users: PATCH with all its refusals, and the revocation of sign-in sessions."""

from typing import Any

from neurons_admin.demo import passwords, policy, properties
from neurons_admin.demo.directory import Change
from neurons_admin.demo.graph.call import Call
from neurons_admin.demo.odata import answer, bad_request, json_body, mastered_on_premises, no_content
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json, Response

_PROFILE_FLAGS = ("forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa")


def patch_user(call: Call) -> Response:
    """`PATCH /users/{id}`: all of it or nothing."""
    policy.require_patch_at_all(call.caller)
    body = {name: value for name, value in json_body(call.request).items() if not name.startswith("@odata.")}
    directory = call.tenant.directory
    with directory.lock:
        user = call.user()
        properties.check_names(body)
        rank = directory.groups.rank(user)
        role_required = call.tenant.settings.password_role_required
        policy.require_patch(call.caller, rank, body, password_role_required=role_required)
        if user.is_synced and not properties.MASTERED_ON_PREMISES.isdisjoint(body):
            raise mastered_on_premises()
        properties.check_values(body, call.tenant.domains)
        directory.apply(_change(call, user, body))
    return no_content()


def revoke_sessions(call: Call) -> Response:
    """`POST /users/{id}/revokeSignInSessions`. `value` is true whatever came of it: guests keep their sessions."""
    call.require(policy.REVOKE_SESSIONS)
    directory = call.tenant.directory
    with directory.lock:
        user = call.user()
        policy.require_password_rank(call.caller, directory.groups.rank(user), role_required=False)
        if not user.is_guest:
            directory.apply(Change("update", user.id, call.now, {"signInSessionsValidFromDateTime": call.now}))
    return answer({"@odata.context": call.context("Edm.Boolean"), "value": True})


def _change(call: Call, user: User, body: Json) -> Change:
    values = dict(body)
    password = None
    if "passwordProfile" in body:
        password = _password(user, body["passwordProfile"])
        values["passwordProfile"] = _flags(user, body["passwordProfile"])
        if password is not None:
            values["lastPasswordChangeDateTime"] = call.now
    if "identities" in body:
        _follow_identities(values)
    elif "userPrincipalName" in body:
        values["identities"] = _renamed_identities(user, body["userPrincipalName"])
    if "userPrincipalName" in values:
        _check_upn_is_free(call, user, values["userPrincipalName"])
    if "mail" in body:
        values["proxyAddresses"] = [f"SMTP:{body['mail']}"]
    return Change("update", user.id, call.now, values, password)


def _password(user: User, profile: Any) -> str | None:
    """The new password in a passwordProfile, checked against the tenant's rules; None where only flags are set."""
    if not isinstance(profile, dict) or set(profile) - {"password", *_PROFILE_FLAGS, "@odata.type"}:
        raise bad_request(properties.INVALID_VALUES)
    if any(not isinstance(profile.get(flag, False), bool) for flag in _PROFILE_FLAGS):
        raise bad_request(properties.INVALID_VALUES)
    if profile.get("password") is None:
        return None
    names = [user.properties.get(name) or "" for name in ("givenName", "surname", "mailNickname")]
    passwords.check(profile["password"], tuple(names))
    return str(profile["password"])


def _flags(user: User, profile: Json) -> Json:
    """The flags as they are afterwards; a new password must be changed at sign-in unless the caller says otherwise."""
    old = user.properties.get("passwordProfile") or dict.fromkeys(_PROFILE_FLAGS, False)
    if profile.get("password") is not None:
        old = {"forceChangePasswordNextSignIn": True, "forceChangePasswordNextSignInWithMfa": False}
    return {flag: profile.get(flag, old[flag]) for flag in _PROFILE_FLAGS}


def _follow_identities(values: Json) -> None:
    upn = next(entry for entry in values["identities"] if entry["signInType"] == "userPrincipalName")
    values.setdefault("userPrincipalName", upn["issuerAssignedId"])


def _renamed_identities(user: User, upn: str) -> list[Json]:
    identities = user.properties.get("identities") or []
    return [
        {**entry, "issuerAssignedId": upn} if entry["signInType"] == "userPrincipalName" else entry
        for entry in identities
    ]


def _check_upn_is_free(call: Call, user: User, upn: str) -> None:
    if call.tenant.directory.upn_taken(upn, by_other_than=user.id):
        raise bad_request("Another object with the same value for property userPrincipalName already exists.")
