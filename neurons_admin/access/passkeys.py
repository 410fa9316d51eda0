"""Passkeys (WebAuthn): what a browser is asked, and what of its answers is believed. The checks are those of fido2."""

import json
import os
import time
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from neurons_admin.access.models import Passkey, User
from neurons_admin.access.sessions import store_of

LASTS_SECONDS: Final = 5 * 60
HANDLE_BYTES: Final = 32
_KEY: Final = "passkey_asked"
# What fido2 raises for an answer that is damaged, or is none to what was asked.
_WRONG: Final = (ValueError, KeyError, TypeError, AttributeError, AssertionError)


def ask_to_add(request: HttpRequest, member: User) -> str:
    """What the browser is to make a passkey by, as JSON; the question is kept in the session, and is good once."""
    known = list(member.passkeys.all())
    handle = bytes(known[0].user_handle) if known else os.urandom(HANDLE_BYTES)
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(id=handle, name=member.username, display_name=member.label),
        credentials=[_data(passkey) for passkey in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    _keep(request, state | {"handle": handle.hex()})
    return json.dumps(dict(options)["publicKey"])


def added(request: HttpRequest, answer: str) -> dict[str, Any] | None:
    """The columns of the passkey that a browser has made; None where the answer is not to be believed."""
    state = _taken(request)
    if not state.get("handle"):
        return None
    try:
        made = _server(request).register_complete(state, json.loads(answer))
        data = made.credential_data
    except _WRONG:
        return None
    if data is None:
        return None
    return {
        "credential_id": data.credential_id,
        "public_key": bytes(data),
        "user_handle": bytes.fromhex(state["handle"]),
        "sign_count": made.counter,
    }


def ask_to_use(request: HttpRequest) -> str:
    """What the browser is to look for: any passkey for this site."""
    options, state = _server(request).authenticate_begin(user_verification=UserVerificationRequirement.REQUIRED)
    _keep(request, state)
    return json.dumps(dict(options)["publicKey"])


def used(request: HttpRequest, answer: str) -> User | None:
    """Whose passkey answered what was asked; None where that is not to be believed.

    None as well for who is deactivated, and for who signs in with Microsoft only.
    """
    state = _taken(request)
    try:
        given = AuthenticationResponse.from_dict(json.loads(answer))
        passkey = Passkey.objects.select_related("member").get(credential_id=given.raw_id)
        handle = given.response.user_handle
        if not state or state.get("handle") or handle is None or bytes(handle) != bytes(passkey.user_handle):
            return None
        _server(request).authenticate_complete(state, [_data(passkey)], given)
        count = given.response.authenticator_data.counter
    except (*_WRONG, Passkey.DoesNotExist):
        return None
    may_sign_in = passkey.member.is_active and passkey.member.has_usable_password()
    return passkey.member if may_sign_in and _counts(passkey, count) else None


def _counts(passkey: Passkey, count: int) -> bool:
    """Whether a device has counted on since it was last heard, so that it is no copy; those that never count say 0."""
    goes_on = Q(sign_count__lt=count) | (Q(sign_count=0) if count == 0 else Q(pk=None))
    rows = Passkey.objects.filter(goes_on, pk=passkey.pk)
    return bool(rows.update(sign_count=count, used_at=timezone.now()))


def _server(request: HttpRequest) -> Fido2Server:
    origin = settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    parts = urlsplit(origin)
    wanted = f"{parts.scheme}://{parts.netloc}"
    rp = PublicKeyCredentialRpEntity(id=parts.hostname or "", name="Neurons Admin")
    return Fido2Server(rp, verify_origin=lambda said: said == wanted)


def _data(passkey: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(passkey.public_key))


def _keep(request: HttpRequest, state: dict[str, Any]) -> None:
    store_of(request)[_KEY] = {**state, "until": time.time() + LASTS_SECONDS}


def _taken(request: HttpRequest) -> dict[str, Any]:
    """What was asked, which is forgotten by that; nothing where it was too long ago."""
    state: dict[str, Any] = store_of(request).pop(_KEY, None) or {}
    return state if state.get("until", 0) > time.time() else {}
