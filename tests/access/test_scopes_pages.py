"""Scopes on their pages, and roles that are given for them on a member's page."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from neurons_admin.access.models import Membership, Scope, User
from neurons_admin.access.roles import SERVICE_DESK, VIEWER
from neurons_admin.audit.models import Event
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create(username="root", is_superuser=True))
    return client


@pytest.fixture
def retail() -> Scope:
    return Scope.objects.create(name="Retail", conditions={"department": ["Retail"]})


def field_of(role: str) -> str:
    return f"for_{Group.objects.get(name=role).pk}"


def held(member: User) -> set[tuple[str, str]]:
    rows = Membership.objects.filter(user=member).values_list("group__name", "scope__name")
    return {(role, scope or "") for role, scope in rows}


def save(client: Client, member: User, **given: Any) -> Any:
    return client.post(reverse("access:member", args=[member.pk]), {"first_name": "Ada", **given})


def test_a_scope_is_added_changed_and_deleted(admin: Client) -> None:
    admin.post("/members/scopes/add/", {"name": "Shops", "kind_department": "Retail\n Sales \n", "kind_country": "DE"})
    scope = Scope.objects.get()
    assert scope.conditions == {"department": ["Retail", "Sales"], "country": ["DE"]}
    page = admin.get(scope.get_absolute_url()).content.decode()
    assert "Retail\nSales" in page
    admin.post(scope.get_absolute_url(), {"name": "Shops", "kind_department": "Retail"})
    scope.refresh_from_db()
    assert scope.conditions == {"department": ["Retail"]}
    assert "Department: Retail" in admin.get("/members/scopes/").content.decode()
    admin.post(reverse("access:scope_delete", args=[scope.pk]))
    assert not Scope.objects.exists()
    verbs = ["scope.added", "scope.changed", "scope.deleted"]
    assert (
        list(Event.objects.filter(subject_type="access.scope").order_by("id").values_list("verb", flat=True)) == verbs
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "Everybody"}, "Without one a scope would hold everybody"),
        ({"name": "RETAIL", "kind_department": "x"}, "There is a scope with this name already."),
        ({"name": "Long", "kind_department": "x" * 65}, "Department: at most 64 characters."),
        ({"name": "Group", "kind_group": "No such group"}, "No group “No such group” is known here."),
        ({"name": "Type", "kind_user_type": "robot"}, "Select a valid choice"),
    ],
)
def test_what_is_none_is_said_and_what_was_typed_stays(
    admin: Client, retail: Scope, given: dict[str, str], said: str
) -> None:
    page = admin.post("/members/scopes/add/", given).content.decode()
    assert said in page
    assert f'value="{given["name"]}"' in page
    assert Scope.objects.count() == 1


def test_a_scope_in_use_is_not_deleted(admin: Client, retail: Scope) -> None:
    member = make_user()
    Membership.objects.create(user=member, group=Group.objects.get(name=VIEWER), scope=retail)
    admin.post(reverse("access:scope_delete", args=[retail.pk]))
    assert Scope.objects.exists()
    assert member.label in admin.get(retail.get_absolute_url()).content.decode()


def test_a_role_is_given_for_a_scope_and_for_everybody(admin: Client, retail: Scope) -> None:
    member = make_user()
    save(admin, member, roles=[VIEWER, SERVICE_DESK], **{field_of(SERVICE_DESK): ["Retail"]})
    assert held(member) == {(VIEWER, ""), (SERVICE_DESK, "Retail")}
    detail = Event.objects.filter(verb="member.changed").latest("id").detail
    assert detail["roles"]["after"] == ["Service desk (Retail)", "Viewer"]


def test_saving_something_else_keeps_whom_a_role_is_for(admin: Client, retail: Scope) -> None:
    member = make_user()
    Membership.objects.create(user=member, group=Group.objects.get(name=SERVICE_DESK), scope=retail)
    page = admin.get(reverse("access:member", args=[member.pk]))
    form = page.context["form"]
    given = {name: form[name].value() for name in (*form.limits.values(), "roles", "drawn_with")}
    save(admin, member, **given)
    assert held(member) == {(SERVICE_DESK, "Retail")}


def test_a_role_that_is_not_given_has_no_scope(admin: Client, retail: Scope) -> None:
    member = make_user()
    save(admin, member, roles=[VIEWER], **{field_of(SERVICE_DESK): ["Retail"]})
    assert held(member) == {(VIEWER, "")}


def test_what_somebody_else_changed_meanwhile_is_not_undone(admin: Client, retail: Scope) -> None:
    member = make_user()
    drawn = admin.get(reverse("access:member", args=[member.pk])).context["form"]["drawn_with"].value()
    Membership.objects.create(user=member, group=Group.objects.get(name=SERVICE_DESK), scope=retail)
    page = save(admin, member, roles=[SERVICE_DESK], drawn_with=drawn).content.decode()
    assert "Somebody else has changed the roles meanwhile" in page
    assert held(member) == {(SERVICE_DESK, "Retail")}


def test_without_scopes_nothing_is_asked(admin: Client) -> None:
    form = admin.get(reverse("access:member", args=[make_user().pk])).context["form"]
    assert form.limits == {}
