"""What a check finds, for each way of Microsoft's saying no, and for what is granted."""

import pytest

from connectors import actions, checks
from connectors.actions import ResetPassword, RevokeSessions
from connectors.actions.access_pass import TemporaryAccessPass
from connectors.actions.delete_account import PurgeAccount
from connectors.actions.group_membership import AddToGroup
from connectors.graph import CredentialRefused, TryLater
from connectors.graph.token_problems import BY_NAME, PROBLEMS, UNKNOWN
from connectors.graph.tokens import problem_error
from connectors.least import least, scope_of
from connectors.readiness_table import matrix_for, matrix_of, reading_with
from credentials.finding import Finding
from credentials.trial import try_out
from neurons_admin.audit.models import Event
from neurons_admin.demo.server import running
from tests.factories import (
    ALL_PERMISSIONS,
    USER_ADMINISTRATOR,
    make_checked_credential,
    make_connector,
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
    assert finding.message == PROBLEMS[number].message
    assert finding.code == PROBLEMS[number].code
    assert finding.reference == f"AADSTS{number} · trace-1"
    assert not finding.signed_in
    assert finding.asked != PROBLEMS[number].passing
    assert "AADSTS" not in finding.message


@pytest.mark.parametrize("name", [*BY_NAME, "something_new"])
def test_refusals_with_a_name_only(sign_in, name):
    sign_in.answer = problem_error({"error": name})
    assert checks.sign_in_with(make_credential("act")).message == BY_NAME.get(name, UNKNOWN).message


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


class TestReading:
    @pytest.mark.parametrize("name", ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All"])
    def test_what_lets_it_read_people(self, name):
        assert reading_with(Finding(permissions=(name,))).can_read

    @pytest.mark.parametrize("names", [(), ("User.ReadBasic.All",), ("Group.Read.All",)])
    def test_what_does_not(self, names):
        assert not reading_with(Finding(permissions=names)).can_read

    @pytest.mark.parametrize(
        "name",
        [
            "User.ReadWrite.All",
            "User.EnableDisableAccount.All",
            "User.RevokeSessions.All",
            "User.DeleteRestore.All",
            "User.ReadUpdate.All",
            "User-PasswordProfile.ReadWrite.All",
            "Application.ReadWrite.OwnedBy",
            "DeviceManagementManagedDevices.PrivilegedOperations.All",
            "Mail.Send",
            "Sites.FullControl.All",
        ],
    )
    def test_what_is_more_than_reading_is_warned_of(self, name):
        assert reading_with(Finding(permissions=("User.Read.All", name))).beyond == [name]

    def test_reading_is_not(self):
        names = (
            "User.Read.All",
            "Group.Read.All",
            "AuditLog.Read.All",
            "User.ReadBasic.All",
            "LicenseAssignment.Read.All",
        )
        assert reading_with(Finding(permissions=names)).beyond == []

    def test_neither_are_roles_that_only_look_but_others_are(self):
        readers = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
        finding = Finding(permissions=("User.Read.All",), roles=(readers, USER_ADMINISTRATOR, "custom"))
        assert reading_with(finding).beyond == ["User Administrator", "a directory role"]


class TestTable:
    def row(self, rows, action=ResetPassword):
        return next(row for row in rows if row.action is action)

    def test_everything_granted(self):
        rows = matrix_of(make_connector()).offered
        assert {row.verdict.outcome for row in rows} == {"works"}
        assert all(need.held for row in rows for need in row.permissions)

    def test_what_is_not_offered_is_there_and_marked(self):
        matrix = matrix_of(make_connector(actions_withheld=["revoke_sessions"], actions_allowed=["purge_account"]))
        assert not self.row(matrix.rows, RevokeSessions).offered
        assert self.row(matrix.rows, PurgeAccount).offered
        assert not self.row(matrix.rows, TemporaryAccessPass).offered
        assert len(matrix.rows) == len(actions.ALL)

    def test_through_what_a_permission_is_held(self):
        (first, second) = self.row(matrix_of(make_connector()).rows).permissions
        assert (first.name, first.through) == ("User-PasswordProfile.ReadWrite.All", "")
        assert (second.name, second.through) == ("User.Read.All", "User.ReadWrite.All")

    def test_what_is_missing_is_named_with_its_cure(self):
        finding = Finding(permissions=("User.ReadWrite.All",))
        row = self.row(matrix_for(finding, make_credential("Weak")).rows)
        assert [need.held for need in row.permissions] == [False, True]
        assert (row.role.name, row.role.held) == ("User Administrator", False)
        assert not row.verdict.ready
        assert "User-PasswordProfile.ReadWrite.All and the directory role User Administrator" in row.verdict.reason
        assert "“Weak”" in row.verdict.reason
        assert "admin consent" in row.verdict.cure

    def test_a_stronger_role_will_do(self):
        finding = Finding(permissions=ALL_PERMISSIONS, roles=("62e90394-69f5-4237-9190-012177145e10",))
        role = self.row(matrix_for(finding, make_credential("act")).rows).role
        assert (role.held, role.through) == (True, "Global Administrator")

    def test_an_unchecked_credential_cannot_be_known(self):
        connector = make_connector(action_credential=make_credential("act"))
        row = self.row(matrix_of(connector).rows)
        assert (row.verdict.ready, row.verdict.known) == (True, False)
        assert [need.held for need in row.permissions] == [None, None]
        assert row.role.held is None

    def test_without_action_credentials_nothing_will_work(self):
        assert not any(row.verdict.ready for row in matrix_of(make_connector(acts=False)).rows)

    def test_a_connector_that_is_switched_off_still_shows_what_its_credential_may(self):
        connector = make_connector(active=False)
        assert all(row.verdict.ready for row in matrix_of(connector).offered)


class TestWhatIsTooMuch:
    def surplus(self, *granted, roles=(), offered=(RevokeSessions,)):
        return [each.name for each in scope_of(offered, granted, roles).surplus]

    def test_what_nothing_needs(self):
        assert self.surplus("User.RevokeSessions.All", "Directory.Read.All", "Mail.Read") == ["Mail.Read"]

    def test_what_others_do_as_well(self):
        granted = ("User.ReadWrite.All", "User.RevokeSessions.All", "Directory.Read.All")
        assert self.surplus(*granted) == ["User.ReadWrite.All"]

    def test_what_is_broader_than_needed_can_be_exchanged(self):
        (surplus,) = scope_of([RevokeSessions], ["Directory.ReadWrite.All"]).surplus
        assert surplus.name == "Directory.ReadWrite.All"
        assert "User.RevokeSessions.All and Directory.Read.All would do" in surplus.why

    def test_the_permissions_that_the_mission_names_are_broader_than_its_actions_need(self):
        usual = [action for action in actions.ALL if not action.off_by_default]
        (surplus,) = scope_of(usual, ALL_PERMISSIONS).surplus
        assert surplus.name == "Directory.ReadWrite.All"
        assert "GroupMember.ReadWrite.All and Directory.Read.All would do" in surplus.why

    def test_a_permission_without_effect(self):
        (surplus,) = scope_of([RevokeSessions], ["Directory.AccessAsUser.All"]).surplus
        assert "delegated" in surplus.why

    def test_a_directory_role_that_helps_with_nobody(self):
        assert self.surplus(roles=["29232cdf-9323-42fd-ade2-1d097af3e4de"]) == ["Exchange Administrator"]
        assert self.surplus(roles=["62e90394-69f5-4237-9190-012177145e10"]) == []
        assert self.surplus(roles=["62e90394-69f5-4237-9190-012177145e10"], offered=(AddToGroup,)) == [
            "Global Administrator"
        ]

    def test_the_least_needs_nothing_more(self):
        usual = [action for action in actions.ALL if not action.off_by_default]
        names = {each.name for each in least(usual)}
        assert all(need.met_by(names) for action in usual for need in action.needs)
        assert scope_of(usual, names).surplus == ()
        assert all(each.purposes for each in least(usual))


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
