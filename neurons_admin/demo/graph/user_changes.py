"""Writing users: PATCH with all its refusals, and the revocation of sign-in sessions."""

from typing import Any

from neurons_admin.demo import passwords, policy, properties, uniqueness
from neurons_admin.demo.directory import Change
from neurons_admin.demo.graph.call import Call
from neurons_admin.demo.odata import answer, bad_request, json_body, mastered_on_premises, no_content
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json, Response

_ELSEWHERE = "Unable to update the specified properties for objects that have originated within an external service."
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
        if "onPremisesExtensionAttributes" in body and user.properties.get("onPremisesSyncEnabled") is not None:
            raise bad_request(_ELSEWHERE)
        properties.check_values(body, call.tenant.domains)
        if _new_upn(body).lower() not in {"", user.upn.lower()}:
            policy.require_sensitive_rank(call.caller, rank)
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
    upn = _new_upn(body)
    if "identities" in body:
        uniqueness.require_free_identities(call.tenant.directory, user, body["identities"])
    elif upn:
        values["identities"] = renamed_identities(user, upn)
    if upn:
        uniqueness.require_free_upn(call.tenant.directory, user, upn)
        values["userPrincipalName"] = upn
    if "mail" in body:
        values["proxyAddresses"] = [f"SMTP:{body['mail']}"]
    values |= {name: _whole(user, name, body[name]) for name in properties.OBJECT_PARTS if body.get(name) is not None}
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


def _whole(user: User, name: str, value: Json) -> Json:
    """An object with all its parts: those left out are kept for extension attributes, and cleared for all else."""
    old = user.properties.get(name) if name == "onPremisesExtensionAttributes" else None
    parts = dict.fromkeys(sorted(properties.OBJECT_PARTS[name])) | (old or {})
    return parts | {key: part for key, part in value.items() if key != "@odata.type"}


def _new_upn(body: Json) -> str:
    """The user principal name that a checked body asks for, by itself or as an identity; empty without one."""
    if "identities" in body:
        return str(properties.upn_identity(body["identities"])["issuerAssignedId"])
    return str(body.get("userPrincipalName", ""))


def renamed_identities(user: User, upn: str) -> list[Json]:
    """The user's identities after a change of the user principal name."""
    identities = user.properties.get("identities") or []
    return [
        {**entry, "issuerAssignedId": upn} if entry["signInType"] == "userPrincipalName" else entry
        for entry in identities
    ]
