"""It will work, it will fail, it cannot be known: in the menu and in the dialog."""

import pytest
from django.test import Client
from django.urls import reverse

from neurons_admin.access.models import User
from neurons_admin.ui.parts import Entry
from people.models import Account
from tests.factories import make_account, make_connector, make_credential, make_user

pytestmark = pytest.mark.django_db

KNOWN = {"directory_roles": [], "in_role_group": False, "restricted": False}


@pytest.fixture
def desk(client: Client) -> User:
    user = make_user("Service desk")
    client.force_login(user)
    return user


def entry(client: Client, account: Account, label: str = "Disable account…") -> Entry:
    response = client.get(reverse("people:person", args=[account.person_id]), {"account": account.pk})
    return next(each for group in response.context["groups"] for each in group.entries if each.label == label)


def dialog(client: Client, account: Account, key: str = "disable_account") -> str:
    answer = client.get(reverse("people:ask", args=[account.person_id, account.pk, key]))
    return " ".join(answer.content.decode().split())


@pytest.mark.usefixtures("desk")
class TestMenuAndDialog:
    def test_what_will_work_is_offered_without_a_word(self, client: Client) -> None:
        account = make_account(**KNOWN)
        offered = entry(client, account)
        assert (bool(offered.url), offered.reason, offered.doubt) == (True, "", "")
        assert "cannot be known" not in client.get(account.person.get_absolute_url()).content.decode()

    def test_what_will_fail_cannot_be_chosen_and_says_why(self, client: Client) -> None:
        offered = entry(client, make_account(**KNOWN, synced=True), "Reset password…")
        assert not offered.url
        assert "on-premises" in offered.reason

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"restricted": True}, "restricted management administrative unit"),
            ({"directory_roles": None}, "is not known here"),
        ],
    )
    def test_what_cannot_be_known_can_be_asked_for_with_a_word(
        self, client: Client, changes: dict[str, object], words: str
    ) -> None:
        account = make_account(**{**KNOWN, **changes})
        offered = entry(client, account)
        assert offered.url
        assert not offered.reason
        assert words in offered.doubt
        assert "(cannot be known: " in client.get(account.person.get_absolute_url()).content.decode()
        assert words in dialog(client, account)

    def test_so_it_is_with_a_credential_that_nobody_has_checked(self, client: Client) -> None:
        connector = make_connector(action_credential=make_credential("act"))
        account = make_account(**KNOWN, connector=connector)
        assert "has not been checked" in entry(client, account).doubt
        assert "has not been checked" in dialog(client, account)

    def test_what_becomes_of_it_with_a_synchronised_account_is_said_in_the_dialog(self, client: Client) -> None:
        account = make_account(**KNOWN, synced=True)
        assert entry(client, account).doubt == ""
        assert "disable it there too" in dialog(client, account)
