"""With what people sign in: who has which authentication methods from the start, and what becomes of them. No HTTP."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from neurons_admin.demo.cast import NUMBER, PARTS
from neurons_admin.demo.dice import Dice, object_id
from neurons_admin.demo.odata import bad_request, not_found
from neurons_admin.demo.people import User
from neurons_admin.demo.properties import INVALID_VALUES
from neurons_admin.demo.wire import Json

PROPERTY = "authenticationMethods"
"""Where a user whose methods changed keeps them. No property of Graph's: nobody can select it."""

PASSWORD_ID = "28c10230-6103-485e-b985-444c60001490"  # noqa: S105 - an id, the same for everybody
_MOBILE_ID = "3179e48a-750b-4051-897c-87b9720928f7"
_EMAIL_ID = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"
_SINCE = "2025-03-03T08:15:00Z"
_LIFETIMES = range(10, 43201)
_PASS_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789+*#&%?"  # noqa: S105
_PASS_OPTIONS = frozenset({"lifetimeInMinutes", "isUsableOnce", "startDateTime", "@odata.type"})

PHONE, AUTHENTICATOR, OATH = "phoneMethods", "microsoftAuthenticatorMethods", "softwareOathMethods"
FIDO2, EMAIL, HELLO = "fido2Methods", "emailMethods", "windowsHelloForBusinessMethods"
PASSWORD, PLATFORM, PASS = "passwordMethods", "platformCredentialMethods", "temporaryAccessPassMethods"

_MAY_BE_DEFAULT = (AUTHENTICATOR, PHONE, OATH)
"""What may be somebody's default method, the most likely first."""


@dataclass(frozen=True)
class Kind:
    """One sort of method: the name of its type, and the part of its permissions' names that is its own."""

    type_name: str
    permission: str


KINDS = {
    PASSWORD: Kind("passwordAuthenticationMethod", "Password"),
    PHONE: Kind("phoneAuthenticationMethod", "Phone"),
    AUTHENTICATOR: Kind("microsoftAuthenticatorAuthenticationMethod", "MicrosoftAuthApp"),
    FIDO2: Kind("fido2AuthenticationMethod", "Passkey"),
    OATH: Kind("softwareOathAuthenticationMethod", "SoftwareOATH"),
    EMAIL: Kind("emailAuthenticationMethod", "Email"),
    HELLO: Kind("windowsHelloForBusinessAuthenticationMethod", "WindowsHello"),
    PLATFORM: Kind("platformCredentialAuthenticationMethod", "PlatformCred"),
    PASS: Kind("temporaryAccessPassAuthenticationMethod", "TAP"),
}

_SHARES = ((PHONE, 55), (AUTHENTICATOR, 60), (FIDO2, 10), (OATH, 10), (EMAIL, 25), (HELLO, 25), (PLATFORM, 3))
_CAST: dict[int, tuple[str, ...]] = {number: () for number, part in enumerate(PARTS) if part.job is None} | {
    NUMBER["adele"]: (PHONE, AUTHENTICATOR, EMAIL),
    NUMBER["megan"]: (PHONE,),
    NUMBER["namesake_1"]: (),
    NUMBER["break_glass"]: (FIDO2,),
    NUMBER["apostrophe"]: tuple(name for name, _ in _SHARES),
}


def of(user: User, seed: int) -> list[Json]:
    """The user's methods; each says in `collection` of which sort it is."""
    kept: list[Json] | None = user.properties.get(PROPERTY)
    return _at_first(user.number, seed) if kept is None else kept


def shown(method: Json, now: str, *, passes_allowed: bool) -> Json:
    """A method as Graph shows it; secrets are null."""
    values = {name: value for name, value in method.items() if name != "collection"}
    if method["collection"] == PASS:
        reason = _usability(method, now) if passes_allowed else "DisabledByPolicy"
        values |= {"isUsable": reason == "EnabledByPolicy", "methodUsabilityReason": reason}
        values["temporaryAccessPass"] = None
    return values


def find(methods: list[Json], method_id: str, collection: str | None = None) -> Json:
    """One of the methods, in one collection or any; 404 when it is not there."""
    for method in methods:
        if method["id"] == method_id.lower() and collection in {None, method["collection"]}:
            return method
    raise not_found(method_id)


def without(methods: list[Json], gone: Json) -> list[Json]:
    """What is left without one of them; 400 for the default method while there are others that could be it."""
    candidates = sorted((method for method in methods if method["collection"] in _MAY_BE_DEFAULT),
                        key=lambda method: _MAY_BE_DEFAULT.index(method["collection"]))  # fmt: skip
    if len(candidates) > 1 and candidates[0] is gone:
        raise bad_request("The default authentication method cannot be deleted while other methods are registered.")
    return [method for method in methods if method is not gone]


def new_pass(body: Json, now: str, method_id: str) -> Json:
    """A temporary access pass as ordered, without its secret; 400 for what it cannot be."""
    lifetime, once = body.get("lifetimeInMinutes"), body.get("isUsableOnce")
    lifetime, once = 60 if lifetime is None else lifetime, False if once is None else once
    is_number = isinstance(lifetime, int) and not isinstance(lifetime, bool)
    if set(body) - _PASS_OPTIONS or not is_number or lifetime not in _LIFETIMES or not isinstance(once, bool):
        raise bad_request(INVALID_VALUES)
    start = now if body.get("startDateTime") is None else body["startDateTime"]
    if _moment(start) < _moment(now) - timedelta(minutes=5):
        raise bad_request(INVALID_VALUES)
    return {"collection": PASS, "id": method_id, "createdDateTime": now, "startDateTime": start,
            "lifetimeInMinutes": lifetime, "isUsableOnce": once}  # fmt: skip


def new_pass_secret() -> str:
    """What the user types in, told once and kept nowhere."""
    return "".join(secrets.choice(_PASS_LETTERS) for _ in range(10))


def _usability(method: Json, now: str) -> str:
    start = _moment(method["startDateTime"])
    if _moment(now) < start:
        return "NotYetValid"
    is_over = _moment(now) >= start + timedelta(minutes=method["lifetimeInMinutes"])
    return "Expired" if is_over else "EnabledByPolicy"


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise bad_request(INVALID_VALUES) from None
    if moment.tzinfo is None:
        raise bad_request(INVALID_VALUES)
    return moment


def _at_first(number: int, seed: int) -> list[Json]:
    dice = Dice(seed, number, b"methods")
    by_chance = tuple(name for name, share in _SHARES if dice.in_hundred(share))
    made = [_method(PASSWORD, PASSWORD_ID, password=None)]
    made += [_MAKE[name](dice, object_id(seed, number, name)) for name in _CAST.get(number, by_chance)]
    return made


def _method(collection: str, method_id: str, **values: object) -> Json:
    return {"collection": collection, "id": method_id, "createdDateTime": _SINCE, **values}


def _phone(dice: Dice, _: str) -> Json:
    return _method(PHONE, _MOBILE_ID, phoneNumber=f"+1 425555{dice.below(10000):04d}", phoneType="mobile",
                   smsSignInState="notAllowedByPolicy")  # fmt: skip


def _authenticator(dice: Dice, method_id: str) -> Json:
    name = dice.pick(("iPhone 15", "SM-S921B", "Pixel 9", "iPhone SE"))
    return _method(AUTHENTICATOR, method_id, displayName=name, deviceTag="SoftwareTokenActivated",
                   phoneAppVersion="6.8.24")  # fmt: skip


def _security_key(dice: Dice, method_id: str) -> Json:
    return _method(FIDO2, method_id, displayName=dice.pick(("Blue key", "Key on my badge", "Spare key")),
                   aaGuid="cb69481e-8ff7-4039-93ec-0a2729a154a8", attestationCertificates=[],
                   attestationLevel="attested", model="YubiKey 5 Series", passkeyType="deviceBound")  # fmt: skip


def _oath(_: Dice, method_id: str) -> Json:
    return _method(OATH, method_id, secretKey=None)


def _email(dice: Dice, _: str) -> Json:
    return _method(EMAIL, _EMAIL_ID, emailAddress=f"home{dice.below(100000)}@mail.example")


def _hello(dice: Dice, method_id: str) -> Json:
    return _method(HELLO, method_id, displayName=f"LAPTOP-{dice.below(16**7):07X}", keyStrength="normal")


def _platform(dice: Dice, method_id: str) -> Json:
    name = dice.pick(("MacBook Air", "MacBook Pro"))
    return _method(PLATFORM, method_id, displayName=name, keyStrength="normal", platform="macOS")


_MAKE: dict[str, Callable[[Dice, str], Json]] = {
    PHONE: _phone,
    AUTHENTICATOR: _authenticator,
    FIDO2: _security_key,
    OATH: _oath,
    EMAIL: _email,
    HELLO: _hello,
    PLATFORM: _platform,
}
