"""What a check says of reading and of each action: what is held, what is lacking, what is too much."""

import pytest

from connectors import actions
from connectors.actions import ResetPassword, RevokeSessions
from connectors.actions.access_pass import TemporaryAccessPass
from connectors.actions.delete_account import PurgeAccount
from connectors.actions.group_membership import AddToGroup
from connectors.least import least, scope_of
from connectors.readiness_table import matrix_for, matrix_of, reading_with
from credentials.finding import Finding
from tests.factories import (
    ALL_PERMISSIONS,
    USER_ADMINISTRATOR,
    make_connector,
    make_credential,
)

pytestmark = pytest.mark.django_db


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
