"""Passkeys, with a device played here: what is believed of a browser's answer, and what is not."""

import hashlib
import json
import os
import struct

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import reverse
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from neurons_admin.access.models import Passkey, RecoveryCode, Session
from neurons_admin.audit.models import Event
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SIGN_IN, ADD = "/sign-in/passkey/", "/profile/ways/passkey/"
PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


class Device:
    """A device with one passkey; its attributes can be set to what an honest one would not say."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.handle, self.count = os.urandom(16), b"", 1
        self.origin, self.site, self.flags = "http://testserver", "testserver", PRESENT | VERIFIED

    def _answer(self, options, kind):
        said = {"type": f"webauthn.{kind}", "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _facts(self, more=b"", flags=0):
        site = hashlib.sha256(self.site.encode()).digest()
        return site + struct.pack(">BI", self.flags | flags, self.count) + more

    def add(self, options):
        self.handle = options["user"]["id"]
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        facts = self._facts(bytes(16) + struct.pack(">H", len(self.id)) + self.id + public, HAS_KEY)
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": facts})
        return self._json(clientDataJSON=self._answer(options, "create"), attestationObject=made)

    def use(self, options):
        self.count += 1
        said, facts = self._answer(options, "get"), self._facts()
        signature = self.key.sign(facts + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        handle = {"userHandle": self.handle} if self.handle else {}
        return self._json(clientDataJSON=said, authenticatorData=facts, signature=signature, **handle)

    def _json(self, **response):
        texts = {name: value if isinstance(value, str) else websafe_encode(value) for name, value in response.items()}
        name = websafe_encode(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": texts})


def options(browser, url):
    return json.loads(browser.get(url).context["options"])


def sign_in(browser, device):
    return browser.post(SIGN_IN, {"credential": device.use(options(browser, SIGN_IN)), "next": "/profile/"})


@pytest.fixture
def ada():
    return make_user("Viewer", username="ada", first_name="Ada", last_name="Lovelace")


@pytest.fixture
def device(ada):
    """A device whose passkey was added by the page."""
    browser, device = Client(), Device()
    browser.force_login(ada)
    page = browser.post(ADD, {"name": "Laptop", "credential": device.add(options(browser, ADD))})
    assert page.text.count("<li><code>") == 10
    return device


def test_a_passkey_is_added_and_signs_in_alone(client, ada, device):
    asked = options(client, SIGN_IN)
    assert (asked["userVerification"], asked.get("allowCredentials")) == ("required", None)
    assert sign_in(client, device).headers["Location"] == "/profile/"
    assert client.session["signed_in_by"] == "passkey"
    assert Event.objects.filter(verb="sign_in.succeeded").get().detail["by"] == "passkey"
    assert Passkey.objects.get().sign_count == device.count
    assert RecoveryCode.objects.filter(member=ada).count() == 10


def test_an_answer_is_good_once(client, device):
    answer = device.use(options(client, SIGN_IN))
    assert client.post(SIGN_IN, {"credential": answer}).status_code == 302
    client.post("/sign-out/")
    options(client, SIGN_IN)
    assert client.post(SIGN_IN, {"credential": answer}).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("origin", "https://evil.example"),
        ("origin", "http://testserver.evil.example"),
        ("origin", "http://testserver:8080"),
        ("site", "evil.example"),
        ("flags", PRESENT),
        ("flags", VERIFIED),
        ("handle", ""),
        ("handle", websafe_encode(b"a handle that nobody has, 32 byte")),
        ("id", b"another passkey!"),
        ("key", ec.generate_private_key(ec.SECP256R1())),
        ("count", 0),
    ],
)
def test_what_does_not_fit_signs_nobody_in(client, ada, device, name, value):
    Passkey.objects.update(sign_count=7)
    device.count = 7
    setattr(device, name, value)
    page = sign_in(client, device)
    assert page.status_code == 200
    assert "did not fit" in page.text
    assert "_auth_user_id" not in client.session
    assert Event.objects.filter(verb="sign_in.refused").count() == 1


def test_what_was_not_asked_in_this_browser_signs_nobody_in(client, device):
    answer = device.use(options(Client(), SIGN_IN))
    assert client.post(SIGN_IN, {"credential": answer}).status_code == 200
    options(client, SIGN_IN)
    assert client.post(SIGN_IN, {"credential": answer}).status_code == 200


@pytest.mark.parametrize("answer", ["{}", "nonsense", "[]", "null", '{"id": 1}', '{"rawId": "AA", "response": {}}'])
def test_a_damaged_answer_is_no_error(client, device, answer):
    options(client, SIGN_IN)
    assert client.post(SIGN_IN, {"credential": answer}).status_code == 200


def test_who_is_deactivated_does_not_get_in(client, ada, device):
    ada.is_active = False
    ada.save()
    assert sign_in(client, device).status_code == 200


def test_a_device_that_does_not_verify_adds_nothing(client, ada):
    client.force_login(ada)
    device = Device()
    device.flags = PRESENT
    page = client.post(ADD, {"name": "Laptop", "credential": device.add(options(client, ADD))})
    assert "did not fit" in page.text
    assert not Passkey.objects.exists()


def test_a_passkey_belongs_to_one_member(client, device):
    other = make_user(username="grace")
    client.force_login(other)
    page = client.post(ADD, {"name": "Mine", "credential": device.add(options(client, ADD))})
    assert "in use here already" in page.text
    assert not other.passkeys.exists()


class TestProvingOnceMore:
    def prove(self, browser, device):
        page = browser.get("/confirm/?next=/profile/")
        assert "/confirm/passkey/" in page.text or "way=passkey" in page.text
        answer = device.use(options(browser, reverse("access:confirm_passkey")))
        return browser.post("/confirm/passkey/", {"credential": answer, "next": "/profile/"})

    def test_ones_own_passkey_proves_it(self, client, ada, device):
        client.force_login(ada)
        Session.objects.update(proved_at=None)
        assert self.prove(client, device).headers["Location"] == "/profile/"
        assert Session.objects.of(ada).filter(proved_at__isnull=False).count() == 1

    def test_somebody_elses_does_not(self, client, device):
        other, theirs = make_user(username="grace"), Device()
        client.force_login(other)
        client.post(ADD, {"name": "Mine", "credential": theirs.add(options(client, ADD))})
        Session.objects.update(proved_at=None)
        assert self.prove(client, device).status_code == 200
        assert not Session.objects.of(other).filter(proved_at__isnull=False).exists()

    def test_wrong_ones_are_counted_and_end_the_session(self, client, ada, device):
        client.force_login(ada)
        for _ in range(5):
            assert client.post("/confirm/passkey/", {"credential": "{}"}).status_code == 200
        assert client.post("/confirm/passkey/", {"credential": "{}"}).headers["Location"] == "/sign-in/"
        assert client.get("/profile/").status_code == 302
