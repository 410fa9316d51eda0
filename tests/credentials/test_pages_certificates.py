"""Certificates on the Credentials pages: made or uploaded, tried, taken into use; the private key is on no page."""

import pytest
from cryptography import x509
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from connectors.graph import CredentialRefused
from credentials import certificate_services
from credentials.certificates import LARGEST_FILE, generate
from credentials.finding import Finding
from credentials.models import Credential
from neurons_admin.audit.models import Event
from tests.certificates import certificate, private, rsa_key
from tests.factories import TENANT_ID, make_checked_credential, make_credential

pytestmark = pytest.mark.django_db
OLD = "abc8Q~the-value-of-a-secret"
WRONG = CredentialRefused("Microsoft does not accept this certificate.", code="wrong_certificate")


def url(name, credential):
    return reverse(f"credentials:{name}", args=[credential.pk])


def again(credential):
    return Credential.objects.get(pk=credential.pk)


def pem(text=None):
    return SimpleUploadedFile("pair.pem", (text or certificate() + private()).encode())


def replace(client, credential, **data):
    return client.post(url("replace_secret", credential), data)


def press(client, name, credential, **more):
    """A button of the credential's page, with the version that the page sends along."""
    version = client.get(credential.get_absolute_url()).context["version"]
    return client.post(url(name, credential), {"drawn_from": str(version)}, **more)


def staged(client, name="Contoso"):
    credential = make_checked_credential(name)
    assert replace(client, credential, means="made", years="2").url == credential.get_absolute_url()
    return again(credential)


def parts(key):
    """Lines of a private key, as they would stand in a text."""
    return [line for line in key.splitlines() if len(line) > 40]


def assert_nowhere(key, *texts):
    for text in texts:
        assert not [line for line in parts(key) if line in text]
        assert "PRIVATE KEY-----" not in text


class TestAdd:
    def add(self, client, **data):
        ids = {"tenant_id": str(TENANT_ID), "client_id": "8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f", "cloud": "global"}
        return client.post(reverse("credentials:add"), {"name": "Contoso act", **ids, **data})

    def test_with_one_that_is_made_here(self, admin, sign_in):
        response = self.add(admin, means="made", years="1", client_secret="two words")
        credential = Credential.objects.get()
        assert response.url == credential.get_absolute_url()
        assert not sign_in.tried  # Microsoft does not know it yet
        page = admin.get(response.url).content.decode()
        assert "Upload certificate" in page
        assert credential.certificate_facts.thumbprint in page
        assert credential.checked_at is None

    def test_with_one_that_is_uploaded(self, admin, sign_in):
        self.add(admin, means="uploaded", pair=pem())
        credential = Credential.objects.get()
        assert [tried.secret for tried in sign_in.tried] == [private()]
        assert credential.check_passed

    def test_a_made_one_cannot_be_checked_yet(self, admin, sign_in):
        content = self.add(admin, means="made", check="1").content.decode()
        assert "can be tried when its public part is in Entra" in content
        assert not Credential.objects.exists()

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            ({"means": "uploaded"}, "Choose the file"),
            ({"means": "made", "years": "50"}, "not one of the available choices"),
            ({"means": "a smile"}, "not one of the available choices"),
            ({"means": "secret"}, "Enter the client secret"),
        ],
    )
    def test_bad_input(self, admin, sign_in, data, words):
        assert words in self.add(admin, **data).content.decode()
        assert not Credential.objects.exists()


class TestReplace:
    def test_an_uploaded_one_is_tried_and_takes_over(self, admin, sign_in):
        credential = make_credential("Contoso")
        assert replace(admin, credential, means="uploaded", pair=pem()).status_code == 302
        changed = again(credential)
        assert changed.private_key.reveal() == private()
        assert (bool(changed.client_secret), changed.secret_hint, changed.check_passed) == (False, "", True)
        event = Event.objects.get(verb="credential.secret_replaced")
        assert event.detail == {"with": "certificate"}

    def test_one_that_is_not_accepted_changes_nothing_and_has_to_be_chosen_again(self, admin, sign_in):
        credential = make_credential("Contoso")
        sign_in.answer = WRONG
        content = replace(admin, credential, means="uploaded", pair=pem()).content.decode()
        assert "does not accept this certificate" in content
        assert "Choose the file again" in content
        assert_nowhere(private(), content)
        assert again(credential).client_secret.reveal() == OLD

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (lambda: certificate() + private(password="pass word"), "protected by a password"),
            (lambda: certificate() + private(rsa_key(1)), "not that of the certificate"),
            (lambda: "x" * (LARGEST_FILE + 1), "too large"),
            (lambda: "x" * 300_000, "Choose the file: PEM, at most 32 KB"),
        ],
    )
    def test_a_bad_file_is_not_even_tried(self, admin, sign_in, text, words):
        credential = make_credential("Contoso")
        content = replace(admin, credential, means="uploaded", pair=pem(text())).content.decode()
        assert words in content
        assert_nowhere(private(), content)
        assert not sign_in.tried
        assert again(credential).client_secret.reveal() == OLD

    def test_one_that_is_made_waits_beside_the_secret(self, admin, sign_in):
        credential = staged(admin)
        assert credential.client_secret.reveal() == OLD
        assert credential.check_passed
        assert not sign_in.tried
        assert Event.objects.get(verb="credential.certificate_made").detail == {
            "thumbprint": credential.staged_facts.thumbprint
        }


class TestStaged:
    def test_it_takes_over_when_microsoft_accepts_it(self, admin, sign_in):
        credential = staged(admin)
        key = credential.staged_private_key.reveal()
        press(admin, "use_certificate", credential)
        assert [tried.secret for tried in sign_in.tried] == [key]
        changed = again(credential)
        assert (changed.certificate, changed.private_key.reveal()) == (credential.staged_certificate, key)
        assert not changed.client_secret
        assert not changed.staged_certificate
        assert changed.check_passed

    def test_until_then_the_secret_stays(self, admin, sign_in):
        credential = staged(admin)
        sign_in.answer = WRONG
        content = press(admin, "use_certificate", credential, follow=True).content.decode()
        assert "Nothing was changed" in content
        changed = again(credential)
        assert (changed.client_secret.reveal(), bool(changed.staged_certificate)) == (OLD, True)
        assert changed.check_passed

    def test_another_that_was_made_meanwhile_is_not_taken_untried(self, admin):
        tried = staged(admin)
        tried.take_staged()
        certificate_services.stage(tried, generate("Contoso", 1), actor=admin.user)
        with pytest.raises(certificate_services.StagedGoneError):
            certificate_services.use_staged(tried, Finding(), actor=admin.user)
        assert again(tried).client_secret.reveal() == OLD

    @pytest.mark.parametrize("name", ["use_certificate", "discard_certificate"])
    def test_who_has_not_seen_the_one_that_was_made_meanwhile_is_told(self, admin, sign_in, name):
        credential = staged(admin)
        version = admin.get(credential.get_absolute_url()).context["version"]
        certificate_services.stage(credential, generate("Contoso", 1), actor=admin.user)
        waiting = again(credential).staged_certificate
        answer = admin.post(url(name, credential), {"drawn_from": str(version)}, follow=True)
        assert "Nothing was changed: Cara Keys changed this credential meanwhile" in answer.text
        assert again(credential).staged_certificate == waiting
        assert again(credential).client_secret.reveal() == OLD

    def test_making_one_does_not_throw_away_what_somebody_else_made_meanwhile(self, admin):
        credential = make_credential("Contoso")
        version = admin.get(url("replace_secret", credential)).context["form"]["drawn_from"].initial
        certificate_services.stage(credential, generate("Contoso", 1), actor=admin.user)
        waiting = again(credential).staged_certificate
        answer = replace(admin, credential, means="made", years="2", drawn_from=str(version))
        assert "Cara Keys changed this on" in answer.text
        assert "Certificate that waits" in answer.text
        assert again(credential).staged_certificate == waiting
        latest = str(Event.objects.latest("id").pk)
        assert replace(admin, credential, means="made", years="2", drawn_from=latest).status_code == 302
        assert again(credential).staged_certificate != waiting

    def test_it_is_discarded(self, admin):
        credential = staged(admin)
        press(admin, "discard_certificate", credential)
        assert not again(credential).staged_certificate
        assert not again(credential).staged_private_key
        content = press(admin, "use_certificate", credential, follow=True).content.decode()
        assert "No certificate waits" in content

    def test_its_public_part_is_downloaded(self, admin):
        credential = staged(admin)
        response = admin.get(url("staged_certificate", credential))
        assert response["Content-Type"] == "application/pkix-cert"
        found = x509.load_der_x509_certificate(response.content)
        assert found == x509.load_pem_x509_certificate(credential.staged_certificate.encode())
        assert admin.get(url("certificate", credential)).status_code == 404


def test_the_end_of_a_certificate_cannot_be_typed(admin, sign_in):
    credential = make_credential("Contoso")
    replace(admin, credential, means="uploaded", pair=pem())
    before, drawn_from = again(credential), Event.objects.latest("id").pk
    data = {"name": "Renamed", "cloud": "global", "tenant_id": str(TENANT_ID), "client_id": str(credential.client_id)}
    admin.post(url("edit", credential), {**data, "secret_expires_on": "2099-01-01", "drawn_from": str(drawn_from)})
    assert again(credential).name == "Renamed"
    assert again(credential).secret_expires_on == before.secret_expires_on


def test_a_private_key_is_in_no_page_event_log_or_text(admin, sign_in, caplog):
    credential = staged(admin)
    waiting = credential.staged_private_key.reveal()
    replace(admin, credential, means="uploaded", pair=pem())
    sign_in.answer = WRONG
    replace(admin, credential, means="uploaded", pair=pem())
    paths = [reverse("credentials:list"), *(url(name, credential) for name in ("detail", "edit", "replace_secret"))]
    pages = [admin.get(path).content.decode() for path in paths]
    files = [
        admin.get(url(name, credential)).content.decode("latin-1") for name in ("certificate", "staged_certificate")
    ]
    events = [str(event.__dict__) for event in Event.objects.all()]
    stored = again(credential)
    texts = [caplog.text, repr(stored), str(stored.__dict__), repr(stored.private_key), *pages, *files, *events]
    for key in (private(), waiting):
        assert_nowhere(key, *texts)
