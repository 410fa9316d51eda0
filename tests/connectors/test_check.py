"""What a check finds, for each way of Microsoft's saying no, and for what is granted."""

import pytest

from connectors import checks
from connectors.graph import CredentialRefused, TryLater
from connectors.graph.token_problems import BY_NAME, PROBLEMS, UNKNOWN
from connectors.graph.tokens import problem_error
from credentials.certificates import KeyPair
from credentials.trial import try_out
from neurons_admin.audit.models import Event
from neurons_admin.demo.server import running
from neurons_admin.encryption import Secret
from tests.certificates import certificate
from tests.factories import (
    ALL_PERMISSIONS,
    make_checked_credential,
    make_credential,
    make_user,
)
from tests.signing_in import CANARY, full_grant, grant

pytestmark = pytest.mark.django_db


def test_a_working_credential(sign_in):
    finding = checks.sign_in_with(make_credential("act", secret=CANARY))
    assert finding.works
    assert finding.signed_in
    assert (finding.app_name, finding.role_names) == ("Contoso act", ["User Administrator"])
    assert set(finding.permissions) == set(ALL_PERMISSIONS)
    assert [tried.secret for tried in sign_in.tried] == [CANARY]
    assert CANARY not in repr(finding)


@pytest.mark.parametrize("number", sorted(PROBLEMS))
def test_each_of_microsofts_refusals_has_its_plain_message(sign_in, number):
    sign_in.answer = problem_error({"error": "invalid_client", "error_codes": [number], "trace_id": "trace-1"})
    finding = checks.sign_in_with(make_credential("act"))
    again = f" {checks.IN_A_WHILE}" if PROBLEMS[number].passing else ""
    assert finding.message == PROBLEMS[number].message + again
    assert finding.code == PROBLEMS[number].code
    assert finding.reference == f"AADSTS{number} · trace-1"
    assert not finding.signed_in
    assert finding.asked != PROBLEMS[number].passing
    assert "AADSTS" not in finding.message


@pytest.mark.parametrize("name", [*BY_NAME, "something_new"])
def test_refusals_with_a_name_only(sign_in, name):
    sign_in.answer = problem_error({"error": name})
    problem = BY_NAME.get(name, UNKNOWN)
    again = f" {checks.IN_A_WHILE}" if problem.passing else ""
    assert checks.sign_in_with(make_credential("act")).message == problem.message + again


def test_the_messages_can_be_told_apart():
    told = {problem.code: problem.message for problem in PROBLEMS.values()}
    assert len(set(told.values())) == len(told)
    for code in ("wrong_secret", "expired_secret", "unknown_app", "unknown_tenant", "not_let_in", "app_disabled"):
        assert code in told


def test_an_unreachable_host_is_no_fault_of_the_credential(sign_in):
    sign_in.answer = TryLater("https://login.example could not be reached.", code="sign_in_unreachable")
    finding = checks.sign_in_with(make_credential("act"))
    assert (finding.asked, finding.title) == (False, "It could not be tried")


def test_a_missing_ca_file_is_told_not_raised(sign_in):
    sign_in.answer = OSError("Could not find a suitable TLS CA certificate bundle, invalid path: /nowhere")
    finding = checks.sign_in_with(make_credential("act"))
    assert not finding.asked
    assert "/nowhere" not in finding.message


def test_a_token_without_roles_means_that_consent_is_missing(sign_in):
    sign_in.answer = grant()
    finding = checks.sign_in_with(make_credential("act"))
    assert (finding.code, finding.signed_in) == ("no_consent", True)
    assert "grant admin consent" in finding.message


def test_a_token_that_cannot_be_looked_into_changes_nothing_that_is_known(sign_in):
    credential = make_checked_credential("act")
    sign_in.answer = grant(readable=False)
    finding = checks.check(credential, actor=make_user())
    credential.refresh_from_db()
    assert not finding.asked
    assert credential.granted_permissions == list(ALL_PERMISSIONS)


def test_a_secret_that_this_server_cannot_open(settings, sign_in):
    credential = make_checked_credential("act")
    keys = settings.CREDENTIAL_KEYS
    settings.CREDENTIAL_KEYS = ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]
    finding = checks.check(type(credential).objects.get(pk=credential.pk), actor=make_user())
    settings.CREDENTIAL_KEYS = keys
    credential.refresh_from_db()
    assert (finding.code, finding.asked) == ("secret_unreadable", False)
    assert credential.check_passed  # as far as anybody knows


def test_what_was_found_is_kept_and_recorded(sign_in):
    credential, actor = make_credential("act"), make_user()
    checks.check(credential, actor=actor)
    credential.refresh_from_db()
    assert credential.check_passed
    assert set(credential.granted_permissions) == set(ALL_PERMISSIONS)
    event = Event.objects.get(verb="credential.checked")
    assert event.detail == {"result": "works"}


def test_a_refusal_replaces_what_was_known(sign_in):
    credential = make_checked_credential("act")
    sign_in.answer = CredentialRefused("The client secret has expired.", code="expired_secret", request_id="trace-7")
    checks.check(credential, actor=make_user())
    credential.refresh_from_db()
    assert (credential.check_code, credential.granted_permissions) == ("expired_secret", [])
    assert credential.has_expired
    assert Event.objects.get().detail == {"result": "expired_secret", "reference": "trace-7"}


def test_names_that_a_tenant_chose_are_made_fit_for_a_column(sign_in):
    sign_in.answer = grant("User.Read.All", name="evil\0" + "n" * 999)
    credential = make_credential("act")
    checks.check(credential, actor=make_user())
    credential.refresh_from_db()
    assert credential.app_name.startswith("eviln")


def test_credentials_reach_the_check_by_its_name_in_the_settings(sign_in):
    assert try_out(make_credential("act")).works


@pytest.mark.parametrize(
    ("app", "code", "signed_in"),
    [
        ("act", "", True),
        ("weak", "", True),
        ("expired", "expired_secret", False),
        ("noconsent", "no_consent", True),
        ("disabled", "app_disabled", False),
        ("absent", "not_let_in", False),
        ("blocked", "blocked_by_policy", False),
    ],
)
def test_against_the_demo_tenant(demo_tenant, app, code, signed_in):
    finding = checks.sign_in_with(demo_tenant.credential(app))
    assert (finding.code, finding.signed_in) == (code, signed_in)
    assert finding.works == (not code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tenant_id": "11111111-2222-3333-4444-555555555555"}, "unknown_tenant"),
        ({"client_id": "11111111-2222-3333-4444-555555555555"}, "unknown_app"),
        ({"client_secret": "wrong~secret"}, "wrong_secret"),
    ],
)
def test_wrong_values_against_the_demo_tenant(demo_tenant, changes, code):
    credential = demo_tenant.credential("act")
    for name, value in changes.items():
        setattr(credential, name, value)
    assert checks.sign_in_with(credential).code == code


def test_an_unreachable_tenant(settings, demo_tenant):
    credential = demo_tenant.credential("act")
    settings.ENTRA_AUTHORITY_URL = "https://localhost:9"
    finding = checks.sign_in_with(credential)
    assert (finding.code, finding.asked) == ("sign_in_unreachable", False)
    assert "localhost:9" in finding.message


@pytest.fixture(scope="module")
def tenant(tmp_path_factory):
    with running(tmp_path_factory.mktemp("tenant"), users=5) as described:
        yield described


@pytest.fixture
def demo_tenant(settings, tenant):
    """The demo tenant in Microsoft's place, with credentials for its app registrations."""
    settings.ENTRA_AUTHORITY_URL = tenant["authority_url"]
    settings.GRAPH_URL = tenant["graph_url"]
    settings.ENTRA_CA_BUNDLE = tenant["ca_bundle"]
    return DemoTenant(tenant)


class DemoTenant:
    def __init__(self, described):
        self.described = described

    def credential(self, app):
        known = self.described["apps"][app]
        return make_credential(
            app, tenant_id=self.described["tenant_id"], client_id=known["client_id"], secret=known["client_secret"]
        )


def test_the_stand_in_says_what_the_demo_tenant_says(demo_tenant):
    assert set(checks.sign_in_with(demo_tenant.credential("act")).permissions) == set(full_grant().permissions)


@pytest.mark.parametrize(("ends", "code"), [(-1, "expired_certificate"), (30, "wrong_certificate")])
def test_a_certificate_that_is_over_is_told_from_one_that_microsoft_does_not_know(sign_in, ends, code):
    sign_in.answer = CredentialRefused("Microsoft does not accept this certificate.", code="wrong_certificate")
    credential = make_credential("Contoso")
    credential.set_certificate(KeyPair(certificate(begins=-40, ends=ends), Secret("key")))
    finding = checks.sign_in_with(credential)
    assert finding.code == code
    assert ("The certificate has expired." in finding.message) == (ends < 0)
    assert not finding.signed_in
    assert finding.asked
