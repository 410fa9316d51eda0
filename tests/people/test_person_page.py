"""The person's page and its Actions menu."""

import pytest
from django.urls import reverse

from connectors.graph import TryLater
from tests.factories import make_account, make_checked_credential, make_connector, make_person, make_run, make_user

pytestmark = pytest.mark.django_db


def page(client, account):
    response = client.get(reverse("people:person", args=[account.person_id]), {"account": account.pk})
    assert response.status_code == 200
    return response


def entries(response):
    return {entry.label.rstrip("…"): entry for group in response.context["groups"] for entry in group.entries}


def test_the_menu_offers_what_will_work(desk):
    offered = entries(page(desk, make_account()))
    assert not offered["Reset password"].reason
    assert not offered["Disable account"].reason
    assert offered["Enable account"].reason == "The account is already enabled."


def test_what_a_credential_lacks_is_said_with_the_cure(desk):
    credential = make_checked_credential("Weak", granted_permissions=["User.ReadWrite.All"], directory_roles=[])
    offered = entries(page(desk, make_account(connector=make_connector(action_credential=credential))))
    entry = offered["Reset password"]
    assert "User-PasswordProfile.ReadWrite.All" in entry.reason
    assert "User Administrator" in entry.reason
    assert "Weak" in entry.reason
    assert entry.cure
    assert not offered["Disable account"].reason


def test_a_synchronised_account_keeps_its_password(desk):
    offered = entries(page(desk, make_account(synced=True)))
    assert "on-premises" in offered["Reset password"].reason
    assert not offered["Disable account"].reason


def test_a_connector_that_does_not_act_says_so(client):
    client.force_login(make_user("People admin"))
    offered = entries(page(client, make_account(connector=make_connector(acts=False))))
    assert all("does not act" in entry.reason for entry in offered.values())


def test_an_action_that_is_withheld_is_shown_with_the_reason(desk):
    connector = make_connector(actions_withheld=["revoke_sessions"])
    assert "does not offer" in entries(page(desk, make_account(connector=connector)))["Revoke sign-in sessions"].reason


def test_a_viewer_sees_the_menu_and_why_nothing_works(client):
    client.force_login(make_user("Viewer"))
    assert all("Your role" in entry.reason for entry in entries(page(client, make_account())).values())


def test_with_two_accounts_one_chooses_the_directory(desk):
    person = make_person()
    make_account(person, make_connector("Contoso EU"))
    second = make_account(person, make_connector("Contoso US"), enabled=False)
    response = page(desk, second)
    assert response.context["account"] == second
    assert "Acts in Contoso US" in response.content.decode()
    assert entries(response)["Disable account"].reason == "The account is already disabled."


def test_an_account_that_was_deleted_can_only_be_restored(client):
    client.force_login(make_user("People admin"))
    response = page(client, make_account(removal="deleted"))
    offered = entries(response)
    assert not offered.pop("Restore account").reason
    assert all(entry.reason for entry in offered.values())
    assert "can be restored" in response.content.decode()


def test_latest_runs_and_history(desk):
    account = make_account()
    run = make_run(account, asked_by=desk.user)
    assert str(run.pk) in page(desk, account).content.decode()
    assert str(run.pk) in desk.get(reverse("people:history", args=[account.person_id])).content.decode()


def test_runs_are_for_those_who_may_see_them(client):
    user = make_user()
    user.user_permissions.add(*user.user_permissions.model.objects.filter(codename="view_person"))
    client.force_login(user)
    account = make_account()
    run = make_run(account)
    assert str(run.pk) not in page(client, account).content.decode()


def test_a_person_who_does_not_exist_is_not_found(desk):
    assert desk.get(reverse("people:person", args=[999_999])).status_code == 404


def test_hostile_values_are_text(desk):
    name = '"><script>alert(1)</script>'
    content = page(desk, make_account(make_person(name), job_title=name, office_location=name)).content.decode()
    assert "<script>alert(1)" not in content


def test_the_page_takes_few_queries(desk, django_assert_max_num_queries):
    account = make_account()
    for _ in range(5):
        make_run(account, asked_by=desk.user, state="succeeded")
    with django_assert_max_num_queries(10):
        page(desk, account)


def test_refresh_says_when_the_directory_cannot_be_read(desk, monkeypatch):
    account = make_account()

    def fail(_account):
        raise TryLater("Microsoft Graph did not answer.")

    monkeypatch.setattr("people.services.refresh", fail)
    url = reverse("people:refresh", args=[account.person_id, account.pk])
    content = desk.post(url, follow=True).content.decode()
    assert "did not answer" in content
    assert desk.get(url).status_code == 405


def test_refresh_wants_the_account_of_this_person(desk):
    account, other = make_account(), make_account()
    assert desk.post(reverse("people:refresh", args=[account.person_id, other.pk])).status_code == 404
