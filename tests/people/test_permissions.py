"""One permission for each action: how they come about, and that everybody who decides asks for the right one."""

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from connectors import actions
from connectors.actions import Action, RevokeSessions
from neurons_admin.access.models import User
from neurons_admin.access.roles import PEOPLE_ADMIN, ROLES, SERVICE_DESK, VIEWER
from people import policy, services
from people.models import ActionRun
from people.permissions import NOT_FOR_THE_DESK, code_of, ensure_permissions, is_for_the_desk
from people.views.again import again_link
from people.views.choices import choices_for
from tests.access.own_roles import make_role, regrant
from tests.factories import make_account, make_run, make_user

pytestmark = pytest.mark.django_db

EACH = pytest.mark.parametrize("action", actions.ALL, ids=lambda action: action.key)
ONLY_SESSIONS = {"people.view_person", "people.view_actionrun", "people.act_revoke_sessions"}


@dataclass(frozen=True)
class Wave(Action):
    """An action that a new version brings."""

    key = "wave"
    label = "Wave"
    group = "Manners"


@dataclass(frozen=True)
class Curtsy(Wave):
    key = "curtsy"
    label = "Curtsy"
    off_by_default = True


def codenames() -> set[str]:
    found = Permission.objects.filter(content_type__app_label="people", codename__startswith="act_")
    return set(found.values_list("codename", flat=True))


@pytest.fixture
def night() -> User:
    """Somebody whose role includes one action only."""
    make_role("Night shift")
    regrant("Night shift", ONLY_SESSIONS)
    return make_user("Night shift", username="night")


class TestMaking:
    def test_there_is_one_for_each_action_and_one_for_the_protected(self) -> None:
        assert codenames() == {f"act_{action.key}" for action in actions.ALL}
        assert Permission.objects.get(codename="act_reset_password").name == "Can ask for: Reset password"
        assert Permission.objects.filter(content_type__app_label="people", codename="override_protection").exists()

    def test_a_new_action_needs_no_migration(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "ALL", (*actions.ALL, Wave, Curtsy))
        call_command("migrate", verbosity=0)
        desk, admin = make_user(SERVICE_DESK), make_user(PEOPLE_ADMIN)
        assert [policy.may_act(desk, action) for action in (Wave, Curtsy)] == [True, False]
        assert [policy.may_act(admin, action) for action in (Wave, Curtsy)] == [True, True]

    def test_what_is_gone_is_removed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(actions, "ALL", (*actions.ALL, Wave))
        ensure_permissions()
        monkeypatch.undo()
        ensure_permissions()
        assert "act_wave" not in codenames()
        assert len(codenames()) == len(actions.ALL)

    def test_a_label_that_changes_changes_the_words_only(self) -> None:
        of_reset = Permission.objects.filter(codename="act_reset_password")
        key = of_reset.get().pk
        of_reset.update(name="Can ask for: something")
        ensure_permissions()
        assert of_reset.get().name == "Can ask for: Reset password"
        assert of_reset.get().pk == key

    def test_who_held_the_one_permission_for_all_keeps_what_the_desk_may(self) -> None:
        everything = Permission.objects.get(codename="add_actionrun")
        Permission.objects.filter(codename__startswith="act_").delete()
        group, user = Group.objects.create(name="By hand"), make_user()
        group.permissions.add(everything)
        user.user_permissions.add(everything)
        ensure_permissions()
        wanted = {code_of(action) for action in actions.ALL if is_for_the_desk(action)}
        assert {f"people.{each.codename}" for each in group.permissions.all()} >= wanted
        assert User.objects.get(pk=user.pk).get_all_permissions() >= wanted

    def test_that_happens_once(self) -> None:
        user = make_user()
        user.user_permissions.add(Permission.objects.get(codename="add_actionrun"))
        ensure_permissions()
        assert not policy.may_act(User.objects.get(pk=user.pk))


class TestRoles:
    @EACH
    def test_who_may_what_by_default(self, action: type[Action]) -> None:
        may = {role for role in ROLES if policy.may_act(make_user(role), action)}
        everyday = not action.off_by_default and action.key not in NOT_FOR_THE_DESK
        assert may == ({SERVICE_DESK, PEOPLE_ADMIN} if everyday else {PEOPLE_ADMIN})

    def test_who_may_act_at_all(self) -> None:
        assert {role for role in ROLES if policy.may_act(make_user(role))} == {SERVICE_DESK, PEOPLE_ADMIN}
        assert policy.may_act(make_user(is_superuser=True))
        assert not policy.may_act(make_user(is_superuser=True, is_active=False))
        assert not policy.may_act(AnonymousUser())

    def test_who_may_act_on_protected_people(self) -> None:
        account = make_account()
        assert {role for role in ROLES if policy.may_override(make_user(role), account)} == {PEOPLE_ADMIN}

    @EACH
    def test_one_action_opens_no_other(self, action: type[Action], night: User) -> None:
        assert policy.may_act(night)
        assert policy.may_act(night, action) == (action is RevokeSessions)


class TestEveryPlaceAsks:
    def test_the_menu_says_what_a_role_does_not_include(self, client: Client, night: User) -> None:
        client.force_login(night)
        account = make_account()
        page = client.get(reverse("people:person", args=[account.person_id]))
        entries = {entry.label: entry for group in page.context["groups"] for entry in group.entries}
        assert not entries[f"{RevokeSessions.label}…"].reason
        assert [group.label for group in page.context["groups"] if group.note] == ["Not in your role"]
        assert page.text.count("Your role does not include") == 1, "in one sentence for all of them"
        refused = entries["Disable account…"]
        words = ("Your role does not include this action.", "", "")
        assert (refused.reason, refused.cure, refused.cure_url) == words

    def test_one_line_stands_for_a_menu_of_nothing(self, client: Client) -> None:
        client.force_login(make_user(VIEWER))
        page = client.get(reverse("people:person", args=[make_account().person_id]))
        assert page.context["groups"] == []
        assert page.text.count("Your role includes no actions.") == 1
        assert "Your role does not include" not in page.text

    def test_the_dialog_refuses_another_action(self, client: Client, night: User) -> None:
        client.force_login(night)
        account = make_account()
        url = reverse("people:ask", args=[account.person_id, account.pk, "disable_account"])
        for answer in (client.get(url), client.post(url, {"click": "0a1b2c3d-0000-4000-8000-000000000001"})):
            assert "Your role does not include this action." in answer.text
        assert not ActionRun.objects.exists()

    def test_a_run_of_another_action_is_not_theirs_to_settle(self, night: User) -> None:
        run = make_run()
        for settle in (
            lambda: services.cancel(run, asked_by=night),
            lambda: services.confirm(run, asked_by=night),
            lambda: services.decide(run, happened=True, asked_by=night),
        ):
            with pytest.raises(PermissionDenied):
                settle()
        assert choices_for(run, night) == []
        assert again_link(run, night) == []

    def test_a_run_of_their_action_is(self, night: User) -> None:
        run = make_run(action=RevokeSessions.key, conflict_class=RevokeSessions.conflict_class)
        assert choices_for(run, night)
        assert again_link(run, night)
        assert services.cancel(run, asked_by=night)

    def test_a_run_that_this_version_does_not_know_is_for_who_may_act(self, night: User) -> None:
        run = make_run(action="fly", conflict_class="fly")
        with pytest.raises(PermissionDenied):
            services.cancel(run, asked_by=make_user(VIEWER))
        assert services.cancel(run, asked_by=night)
