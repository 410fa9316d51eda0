"""The list of members, and adding one."""

import pytest

from neurons_admin.access import services
from neurons_admin.access.forms import MemberForm
from neurons_admin.access.models import User
from neurons_admin.access.roles import ROLES
from neurons_admin.audit.models import Event
from tests.access.own_roles import make_role
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PASSPHRASE = "quite a long passphrase"
GIVEN = {
    "username": "megan",
    "first_name": "Megan",
    "last_name": "Bowen",
    "email": "megan@CONTOSO.example",
    "password1": PASSPHRASE,
    "password2": PASSPHRASE,
    "roles": ["Viewer", "Service desk"],
}


def names(page):
    return [member.username for member, _ in page.context["rows"]]


def test_the_list_says_who_may_do_what(client, boss):
    make_user("Connector admin", username="ada", first_name="Ada", email="ada@contoso.example")
    page = client.get("/members/")
    assert names(page) == ["ada", "boss"]
    for text in ("Ada", "ada@contoso.example", "Connector admin", "Superuser", "2 members", "(you)"):
        assert text in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=love", ["ada"]),
        ("?q=ADA+lov", ["ada"]),
        ("?q=contoso", ["ada"]),
        ("?q=xyzzy", []),
        ("?role=Viewer", ["ada"]),
        ("?role=superuser", ["boss"]),
        ("?role=none", ["nobody"]),
        ("?role=Connector+admin", []),
        ("?role=unknown", ["ada", "boss", "nobody"]),
        ("?state=inactive", ["nobody"]),
        ("?state=active&role=Viewer", ["ada"]),
        ("?sort=-username", ["nobody", "boss", "ada"]),
        ("?sort=name", ["nobody", "ada", "boss"]),
        ("?sort=password", ["ada", "boss", "nobody"]),
    ],
)
def test_search_filters_and_order_live_in_the_url(client, boss, query, found):
    make_user("Viewer", username="ada", first_name="Ada", last_name="Lovelace", email="ada@contoso.example")
    make_user(username="nobody", is_active=False)
    page = client.get(f"/members/{query}")
    assert sorted(names(page)) == sorted(found)
    if "sort=-" in query or "sort=name" in query:
        assert names(page) == found


def test_pages_of_the_list_meet(client, boss):
    for number in range(60):
        make_user(username=f"m{number:02}")
    first = client.get("/members/")
    second = client.get(f"/members/{first.context['page'].next_url}")
    assert len(names(first)) == 50
    assert names(first) + names(second) == ["boss", *(f"m{number:02}" for number in range(60))]
    assert names(client.get(f"/members/{second.context['page'].previous_url}")) == names(first)


def test_the_list_takes_the_same_queries_for_one_member_and_for_fifty(client, boss, django_assert_num_queries):
    def queries():
        with django_assert_num_queries(6):  # session, user, roles, members, their groups, their number
            assert client.get("/members/").status_code == 200

    queries()
    for number in range(49):
        make_user("Viewer", username=f"m{number:02}")
    queries()


def test_markup_in_a_name_is_text(client, boss):
    make_user(username="eve", first_name="<script>alert(1)</script>", email="")
    page = client.get("/members/")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_adding_a_member(client, boss):
    answer = client.post("/members/add/", GIVEN)
    assert answer.headers["Location"] == "/members/"
    megan = User.objects.get(username="megan")
    assert megan.label == "Megan Bowen"
    assert megan.email == "megan@contoso.example"
    assert megan.check_password(PASSPHRASE)
    assert not megan.is_superuser
    assert {group.name for group in megan.groups.all()} == {"Viewer", "Service desk"}
    event = Event.objects.get()
    assert (event.verb, event.actor_id, event.subject_id) == ("member.added", boss.pk, str(megan.pk))
    assert event.detail == {"roles": ["Service desk", "Viewer"], "superuser": False}
    assert PASSPHRASE not in str(event.__dict__)


def test_a_member_can_be_made_a_superuser(client, boss):
    client.post("/members/add/", {**GIVEN, "is_superuser": "on"})
    assert User.objects.get(username="megan").is_superuser


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"username": ""}, "username"),
        ({"username": "has space"}, "username"),
        ({"username": "<b>"}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"username": "BOSS"}, "username"),
        ({"email": "no address"}, "email"),
        ({"first_name": "x" * 71}, "first_name"),
        ({"roles": ["Emperor"]}, "roles"),
        ({"password2": "something else here"}, "password2"),
        ({"password1": "short", "password2": "short"}, "password2"),
        ({"username": "megan.bowen.1", "password1": "megan.bowen.12", "password2": "megan.bowen.12"}, "password2"),
        ({"password1": ""}, "password1"),
    ],
)
def test_a_bad_form_says_where_keeps_the_rest_and_adds_nobody(client, boss, fields, where):
    page = client.post("/members/add/", {**GIVEN, **fields})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [where]
    assert User.objects.count() == 1
    assert not Event.objects.exists()
    assert PASSPHRASE not in page.text
    if where != "first_name":
        assert 'value="Megan"' in page.text


def test_what_the_form_does_not_ask_for_is_not_taken(client, boss):
    client.post("/members/add/", {**GIVEN, "is_staff": "on", "user_permissions": "1", "id": boss.pk, "is_active": ""})
    megan = User.objects.get(username="megan")
    assert not megan.is_staff
    assert megan.is_active
    assert not megan.user_permissions.exists()


def test_two_who_add_the_same_name_at_once(boss):
    nobody = services.Particulars("", "", "", frozenset(), False)
    services.add_member("megan", nobody, PASSPHRASE, by=boss)
    with pytest.raises(services.Refused, match="already"):
        services.add_member("megan", nobody, PASSPHRASE, by=boss)
    assert Event.objects.count() == 1


def test_the_form_offers_every_role_and_no_other(boss):
    make_role("Night shift", purpose="resets passwords at night")
    offered = dict(MemberForm().fields["roles"].choices)
    assert list(offered) == [*ROLES, "Night shift"]
    assert offered["Night shift"] == "Night shift: resets passwords at night"


def test_a_member_can_be_given_a_role_of_your_own(client, boss):
    make_role("Night shift")
    client.post("/members/add/", {**GIVEN, "roles": ["Night shift"]})
    assert {group.name for group in User.objects.get(username="megan").groups.all()} == {"Night shift"}
    assert names(client.get("/members/?role=Night+shift")) == ["megan"]
