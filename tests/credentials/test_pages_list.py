"""The list of shared credentials, and the page of one."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_checked_credential, make_connector, make_credential, make_user
from tests.signing_in import CANARY

pytestmark = pytest.mark.django_db
LIST = "/credentials/"


def names(response):
    return [credential.name for credential, _uses, _entries in response.context["rows"]]


def page(client, credential):
    return client.get(credential.get_absolute_url())


def test_it_shows_the_shared_ones_and_nothing_of_their_secrets(admin):
    make_credential("Contoso act", secret=CANARY)
    make_credential("", secret=CANARY)
    response = admin.get(LIST)
    assert names(response) == ["Contoso act"]
    content = response.content.decode()
    assert CANARY not in content
    for words in ("Azure AD (Cloud)", "starts with zQ8", "Not checked", "Expiry not known", "nobody"):
        assert words in content


def test_it_is_two_queries_more_for_any_number_of_rows(admin, django_assert_max_num_queries):
    make_connector("One")
    with django_assert_max_num_queries(30) as few:
        admin.get(LIST)
    for number in range(10):
        make_connector(f"Connector {number}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        admin.get(LIST)


def test_an_empty_list_says_what_to_do(admin):
    content = admin.get(LIST).content.decode()
    assert "No shared credentials yet" in content
    assert reverse("credentials:add") in content


@pytest.mark.parametrize("query", ["contoso", "ACT", "service desk", "application of"])
def test_the_search(admin, query):
    make_credential("Contoso act", description="for the service desk", app_name="Application of ours")
    make_credential("Fabrikam")
    assert names(admin.get(LIST, {"q": query})) == ["Contoso act"]


def test_the_search_finds_an_id_however_it_was_copied(admin):
    wanted = make_credential("Contoso act")
    make_credential("Fabrikam")
    assert names(admin.get(LIST, {"q": f"{{{str(wanted.client_id).upper()}}}"})) == ["Contoso act"]


@pytest.mark.parametrize("query", ["nobody has this", "' OR 1=1 --", "%", "x" * 5000, "8d3f2c1a-0b4e-4c7d-9f21"])
def test_a_search_without_a_match_says_so(admin, query):
    make_credential("Contoso act")
    assert "No credential matches" in admin.get(LIST, {"q": query}).content.decode()


def test_the_filters(admin):
    make_checked_credential("Fine")
    make_credential("Failing", check_code="wrong_secret", checked_at=timezone.now())
    soon = make_credential("Soon")
    soon.set_expiry(timezone.localdate() + timedelta(3))
    soon.save()
    assert names(admin.get(LIST, {"check": "failing"})) == ["Failing"]
    assert names(admin.get(LIST, {"expires": "soon"})) == ["Soon"]
    assert names(admin.get(LIST, {"sort": "-name"})) == ["Soon", "Fine", "Failing"]


def test_long_lists_have_pages(admin):
    for number in range(60):
        make_credential(f"Credential {number:02}")
    first = admin.get(LIST)
    assert len(names(first)) == 50
    second = admin.get(LIST + first.context["page"].next_url)
    assert names(second) == [f"Credential {number}" for number in range(50, 60)]


def test_the_page_shows_what_is_known_and_who_uses_it(admin):
    connector = make_connector("Contoso")
    credential = connector.action_credential
    content = page(admin, credential).content.decode()
    for words in (str(credential.tenant_id), str(credential.client_id), "User Administrator", "User.ReadWrite.All"):
        assert words in content
    assert "Contoso" in content
    assert connector.get_absolute_url() not in content  # a credential admin may not look at connectors


def test_who_may_look_at_connectors_gets_links_to_them(admin):
    connector = make_connector("Contoso")
    admin.user.groups.add(*make_user("Connector admin").groups.all())
    assert connector.get_absolute_url() in page(admin, connector.action_credential).content.decode()
    assert connector.get_absolute_url() in admin.get(LIST).content.decode()


def test_the_page_of_a_failing_one_says_why(admin):
    failing = make_credential(
        "Contoso", check_code="unknown_app", check_message="There is no such application.", checked_at=timezone.now()
    )
    content = page(admin, failing).content.decode()
    assert "There is no such application." in content
    assert "Does not work" in content


def test_one_that_was_filled_in_on_a_connector_has_no_page(admin):
    filled_in = make_credential("")
    assert filled_in.get_absolute_url() == ""
    assert admin.get(reverse("credentials:detail", args=[filled_in.pk])).status_code == 404


@pytest.mark.parametrize("role", ["Viewer", "Service desk", "Connector admin"])
def test_the_wrong_person_sees_none_of_it(client, role):
    credential = make_credential("Contoso")
    client.force_login(make_user(role))
    assert client.get(LIST).status_code == 403
    assert page(client, credential).status_code == 403


def test_who_may_only_look_is_offered_nothing_else(client):
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="view_credential"))
    credential = make_credential("Contoso")
    client.force_login(user)
    content = client.get(LIST).content.decode() + page(client, credential).content.decode()
    for name in ("add", "edit", "replace_secret", "delete"):
        args = [] if name == "add" else [credential.pk]
        assert reverse(f"credentials:{name}", args=args) not in content
    assert reverse("connectors:check_shared", args=[credential.pk]) not in content
