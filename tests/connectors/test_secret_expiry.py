"""The last day of a client secret: read from the app registration, typed in, or learnt from a refusal."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from connectors import checks
from connectors.expiry import last_day_of
from connectors.graph import CredentialRefused
from credentials import services
from credentials.models import Credential
from neurons_admin.demo.server import running
from tests.factories import make_credential, make_user
from tests.signing_in import CANARY

pytestmark = pytest.mark.django_db

DIRECTORY, TYPED, SIGN_IN = "directory", "typed", "sign_in"
DAY = date(2097, 5, 31)


@pytest.fixture(scope="module")
def described(tmp_path_factory):
    with running(tmp_path_factory.mktemp("tenant"), users=5) as described:
        yield described


@pytest.fixture
def saved(settings, described):
    """Makes the credential of one of the demo tenant's app registrations, which answers in Microsoft's place."""
    settings.ENTRA_AUTHORITY_URL, settings.GRAPH_URL = described["authority_url"], described["graph_url"]
    settings.ENTRA_CA_BUNDLE = described["ca_bundle"]

    def make(app):
        known = described["apps"][app]
        return make_credential(
            app, tenant_id=described["tenant_id"], client_id=known["client_id"], secret=known["client_secret"]
        )

    return make


def entry(hint="zQ8", end="2097-06-01T00:00:00Z"):
    return {"hint": hint, "endDateTime": end}


@pytest.mark.parametrize(
    ("secrets", "day"),
    [
        ([entry()], DAY),
        ([entry("old", "2024-01-01T00:00:00Z"), entry()], DAY),
        ([entry(), entry()], DAY),
        ([entry(), entry(end="2098-06-01T00:00:00Z")], None),
        ([entry(end="2097-06-01T12:30:00.1234567Z")], DAY),
        ([entry("abc")], None),
        ([entry(end="soon")], None),
        ([entry(end="0001-01-01T00:00:00Z")], None),
        ([{"hint": "zQ8"}, None, "odd"], None),
        ([], None),
        (None, None),
    ],
)
def test_the_secret_is_found_by_its_hint_and_ambiguous_ones_are_left_alone(secrets, day):
    assert last_day_of("zQ8", secrets) == day


def again(credential):
    return Credential.objects.get(pk=credential.pk)


def test_a_check_keeps_what_the_app_registration_says(saved):
    credential = saved("act")
    checks.check(credential, actor=make_user())
    assert again(credential).secret_expires_on == date(2029, 11, 29)
    assert again(credential).get_secret_expiry_source_display() == "read from the app registration"


def test_an_application_that_may_not_look_is_checked_all_the_same(saved):
    finding = checks.check(saved("read"), actor=make_user())
    assert finding.works
    assert finding.expires_on is None


def test_that_graph_refuses_to_show_it_is_no_error_of_the_check(saved, monkeypatch):
    monkeypatch.setattr("connectors.expiry.MAY_READ", frozenset({"User.Read.All"}))
    finding = checks.check(saved("read"), actor=make_user())
    assert finding.works
    assert finding.expires_on is None


def test_the_directory_overrules_what_was_typed_and_an_empty_field_takes_nothing_away(sign_in):
    credential, actor = make_credential("act", secret=CANARY), make_user()
    services.change(credential, {"secret_expires_on": date(2099, 1, 1)}, actor=actor)
    assert again(credential).secret_expiry_source == TYPED
    sign_in.last_day = DAY
    checks.check(again(credential), actor=actor)
    assert (again(credential).secret_expires_on, again(credential).secret_expiry_source) == (DAY, DIRECTORY)
    assert services.change(again(credential), {"secret_expires_on": None}, actor=actor) == []
    assert services.change(again(credential), {"secret_expires_on": DAY}, actor=actor) == []
    assert again(credential).secret_expiry_source == DIRECTORY


def test_another_day_that_is_typed_holds_until_the_directory_is_read_again(sign_in):
    credential, actor = make_credential("act", secret=CANARY), make_user()
    sign_in.last_day = DAY
    checks.check(credential, actor=actor)
    changed = services.change(again(credential), {"secret_expires_on": date(2098, 1, 1)}, actor=actor)
    assert changed == ["secret_expires_on"]
    assert again(credential).secret_expiry_source == TYPED
    checks.check(again(credential), actor=actor)
    assert again(credential).secret_expires_on == DAY


def test_a_refusal_as_expired_corrects_a_typed_day_and_not_the_directorys(sign_in):
    typed, read = (make_credential(name, secret=CANARY) for name in ("typed", "read"))
    typed.set_expiry(DAY)
    typed.save()
    sign_in.last_day = DAY
    checks.check(read, actor=make_user())
    sign_in.last_day = None
    sign_in.answer = CredentialRefused("The client secret has expired.", code="expired_secret")
    for credential in (typed, read):
        checks.check(again(credential), actor=make_user())
    assert (again(typed).secret_expires_on, again(typed).secret_expiry_source) == (timezone.localdate(), SIGN_IN)
    assert (again(read).secret_expires_on, again(read).secret_expiry_source) == (DAY, DIRECTORY)
    assert again(typed).has_expired
    assert again(read).has_expired


def test_a_secret_that_was_replaced_during_the_check_does_not_get_the_old_ones_day(sign_in):
    credential, actor = make_credential("act", secret=CANARY), make_user()
    checked = again(credential)
    credential.set_secret(f"new~{CANARY}", expires_on=timezone.localdate() + timedelta(days=90))
    credential.save()
    sign_in.last_day = DAY
    checks.check(checked, actor=actor)
    assert again(credential).secret_expires_on == timezone.localdate() + timedelta(days=90)


def test_another_secret_or_client_forgets_the_directorys_day(sign_in):
    credential, actor = make_credential("act", secret=CANARY), make_user()
    sign_in.last_day = DAY
    checks.check(credential, actor=actor)
    credential.set_secret(f"new~{CANARY}")
    assert (credential.secret_expires_on, credential.secret_expiry_source) == (None, "")
    services.change(again(credential), {"client_id": make_credential().client_id}, actor=actor)
    assert again(credential).secret_expires_on is None
