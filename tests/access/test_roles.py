"""The pages of the roles: what each includes, who has it, and roles of somebody's own."""

import pytest
from django.contrib.auth.models import Group, Permission

from neurons_admin.access import role_services
from neurons_admin.access.models import Role, User
from neurons_admin.access.role_services import RoleParticulars
from neurons_admin.access.services import Refused
from neurons_admin.audit.models import Event
from tests.access.own_roles import codes_of, make_role, role_named
from tests.factories import make_user

pytestmark = pytest.mark.django_db

SEE_PEOPLE = ["people.view_person", "people.view_actionrun"]
GIVEN = {
    "name": "Night shift",
    "purpose": "resets passwords",
    "permissions": [*SEE_PEOPLE, "people.act_reset_password"],
}


def url_of(name):
    return role_named(name).get_absolute_url()


def ticked(page):
    return {box.data["value"] for box in page.context["form"]["permissions"] if box.data["selected"]}


def test_the_list_says_what_each_is_for_and_who_has_it(client, boss):
    make_user("Viewer", username="ada")
    make_role("Night shift", purpose="resets passwords at night")
    page = client.get("/members/roles/")
    assert [(role.name, role.members) for role in page.context["roles"]] == [
        ("Viewer", 1),
        ("Service desk", 0),
        ("People admin", 0),
        ("Connector admin", 0),
        ("Credential admin", 0),
        ("Night shift", 0),
    ]
    for text in ("resets passwords at night", "Built in", "Your own", "?role=Viewer"):
        assert text in page.text


def test_the_list_takes_the_same_queries_for_few_roles_and_for_many(client, boss, django_assert_num_queries):
    for _ in range(2):
        with django_assert_num_queries(3):  # session, user, roles
            client.get("/members/roles/")
        for number in range(20):
            make_role(f"Role {number} of {Role.objects.count()}")


def test_a_role_shows_what_it_includes_under_headings(client, boss):
    page = client.get(url_of("Viewer"))
    assert ticked(page) == set(SEE_PEOPLE)
    headings = [heading for heading, _ in page.context["form"].fields["permissions"].choices]
    assert headings[:2] == ["See", "Actions: Sign-in"]
    assert headings[-3:] == ["Connectors", "Credentials", "Audit"]


def test_saving_what_was_shown_changes_nothing(client, boss):
    url = url_of("Viewer")
    answer = client.post(url, {"permissions": SEE_PEOPLE}, follow=True)
    assert "There was nothing to change." in answer.text
    assert not Event.objects.exists()


def test_what_a_built_in_role_includes_is_changed_and_recorded(client, boss):
    answer = client.post(url_of("Viewer"), {"permissions": ["people.view_person", "audit.view_event"]})
    assert answer.headers["Location"] == url_of("Viewer")
    assert codes_of("Viewer") == {"people.view_person", "audit.view_event"}
    event = Event.objects.get()
    assert (event.verb, event.actor_id, event.subject_name) == ("role.changed", boss.pk, "Viewer")
    assert event.detail == {"may now": ["Read the audit trail"], "may no longer": ["See what was done for people"]}


def test_a_built_in_role_keeps_its_name_and_cannot_be_deleted(client, boss):
    url = url_of("Viewer")
    client.post(url, {"name": "Emperor", "purpose": "rules", "permissions": SEE_PEOPLE})
    assert "cannot be deleted" in client.get(f"{url}delete/").text
    assert "cannot be deleted" in client.post(f"{url}delete/").text
    assert role_named("Viewer").what_for == "sees people and what was done for them"


def test_a_change_holds_for_those_who_have_the_role(client, boss):
    ada = make_user("Viewer")
    client.post(url_of("Viewer"), {"permissions": [*SEE_PEOPLE, "people.act_revoke_sessions"]})
    assert User.objects.get(pk=ada.pk).has_perm("people.act_revoke_sessions")
    client.post(url_of("Viewer"), {"permissions": []})
    assert not User.objects.get(pk=ada.pk).get_all_permissions()


def test_adding_a_role(client, boss):
    answer = client.post("/members/roles/add/", GIVEN)
    assert answer.headers["Location"] == url_of("Night shift")
    assert codes_of("Night shift") == set(GIVEN["permissions"])
    assert role_named("Night shift").purpose == "resets passwords"
    event = Event.objects.get()
    assert (event.verb, event.subject_type, event.subject_name) == ("role.added", "access.role", "Night shift")
    assert event.detail == {"may": ["See people", "See what was done for people", "Reset password"]}


def test_renaming_a_role_keeps_its_members(client, boss):
    make_role("Night shift")
    ada = make_user("Night shift")
    client.post(url_of("Night shift"), {"name": "Late shift", "purpose": "", "permissions": []})
    assert [group.name for group in ada.groups.all()] == ["Late shift"]
    assert Event.objects.get().detail == {"name": {"before": "Night shift", "after": "Late shift"}}


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "VIEWER"}, "name"),
        ({"name": "some GROUP"}, "name"),
        ({"name": "Superuser"}, "name"),
        ({"name": "none"}, "name"),
        ({"purpose": "x" * 121}, "purpose"),
        ({"permissions": ["people.no_such_thing"]}, "permissions"),
        ({"permissions": ["access.change_user"]}, "permissions"),
        ({"permissions": ["auth.add_permission"]}, "permissions"),
    ],
)
def test_a_bad_form_says_where_and_adds_nothing(client, boss, fields, where):
    Group.objects.create(name="Some group")
    roles = Role.objects.count()
    page = client.post("/members/roles/add/", {**GIVEN, **fields})
    assert list(page.context["form"].errors) == [where]
    assert Role.objects.count() == roles
    assert not Event.objects.exists()


def test_two_who_add_the_same_name_at_once(boss):
    wanted = RoleParticulars("Night shift", "", frozenset())
    role_services.add_role(wanted, by=boss)
    with pytest.raises(Refused, match="already"):
        role_services.add_role(wanted, by=boss)
    other = role_services.add_role(RoleParticulars("Late shift", "", frozenset()), by=boss)
    with pytest.raises(Refused, match="already"):
        role_services.change_role(other, wanted, by=boss)


def test_nothing_is_given_that_no_app_offers(boss):
    wanted = RoleParticulars("Night shift", "", frozenset({"access.change_user", "people.view_person"}))
    role = role_services.add_role(wanted, by=boss)
    assert [permission.codename for permission in role.group.permissions.all()] == ["view_person"]


def test_what_a_role_includes_beyond_the_page_is_left_alone(client, boss):
    role_named("Viewer").group.permissions.add(Permission.objects.get(codename="view_user"))
    client.post(url_of("Viewer"), {"permissions": []})
    assert [permission.codename for permission in role_named("Viewer").group.permissions.all()] == ["view_user"]


def test_deleting_a_role_that_nobody_has(client, boss):
    role = make_role("Night shift")
    url = f"{role.get_absolute_url()}delete/"
    assert "Cannot be undone" in client.get(url).text
    assert client.post(url).headers["Location"] == "/members/roles/"
    assert not Group.objects.filter(name="Night shift").exists()
    assert [event.verb for event in Event.objects.all()] == ["role.deleted"]
    assert client.get(role.get_absolute_url()).status_code == 404


def test_a_role_that_members_have_is_not_deleted(client, boss):
    role = make_role("Night shift")
    for number in range(7):
        make_user("Night shift", username=f"n{number}")
    url = f"{role.get_absolute_url()}delete/"
    for page in (client.get(url), client.post(url), client.get(role.get_absolute_url())):
        assert "n0, n1, n2, n3, n4 and 2 more have this role." in page.text
    assert role.group.user_set.count() == 7
    assert not Event.objects.exists()


def test_who_may_only_see_members_sees_the_list_of_roles(client):
    looker = make_user()
    looker.user_permissions.add(Permission.objects.get(codename="view_user"))
    client.force_login(looker)
    page = client.get("/members/roles/")
    assert page.status_code == 200
    assert "Add a role" not in page.text
    assert client.get(url_of("Viewer")).status_code == 403
    assert client.post(url_of("Viewer"), {"permissions": []}).status_code == 403


def test_markup_in_a_name_is_text(client, boss):
    make_role("<script>alert(1)</script>")
    for path in ("/members/roles/", "/members/add/", url_of("<script>alert(1)</script>")):
        assert "<script>alert" not in client.get(path).text
