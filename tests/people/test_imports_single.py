"""One account, brought up to date: by what an action has read, and by reading all of it again."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.graph import NotThere, Refused
from connectors.models import Connector
from people import imports
from people.models import Account, Group, Membership
from tests.accounts import ADELE, MEGAN, store, user
from tests.factories import make_account, make_connector

pytestmark = pytest.mark.django_db

SALES = {"id": "00000000-0000-0000-0000-00000000aa01", "displayName": "Sales", "securityEnabled": True}
ADMINS = {"id": "00000000-0000-0000-0000-00000000aa02", "displayName": "Admins", "isAssignableToRole": True}
READER = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"


@pytest.fixture
def contoso() -> Connector:
    return make_connector("Contoso")


@pytest.fixture
def adele(contoso: Connector) -> Account:
    store(contoso, user(city="Bonn", manager={"id": MEGAN}))
    return Account.objects.get()


def again(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def groups_of(account: Account) -> list[str]:
    return list(Group.objects.of(account).values_list("name", flat=True))


def test_refresh_reads_one_account_from_a_user_object(contoso: Connector) -> None:
    store(contoso, user())
    account = Account.objects.get()
    imports.refresh(account, {"id": ADELE.upper(), "displayName": "Fresh", "accountEnabled": False})
    account.refresh_from_db()
    assert (account.display_name, account.enabled, account.person.state) == ("Fresh", False, "disabled")


def test_refresh_of_an_account_made_elsewhere(contoso: Connector) -> None:
    account = make_account(connector=contoso)
    imports.refresh(account, {"displayName": "Fresh"})
    account.refresh_from_db()
    assert account.display_name == "Fresh"


def test_of_what_a_state_does_not_hold_everything_stays(adele: Account) -> None:
    imports.refresh(adele, {"memberOf": [SALES], "standing": (frozenset({READER}), True)})
    imports.refresh(adele, {"isManagementRestricted": True})
    account = again(adele)
    assert (account.display_name, account.city, str(account.manager_id)) == ("Adele Vance", "Bonn", MEGAN)
    assert (account.directory_roles, account.in_role_group, account.restricted) == ([READER], True, True)
    assert groups_of(account) == ["Sales"]
    imports.refresh(adele, {"displayName": "Fresh"})
    assert (again(adele).city, str(again(adele).manager_id), groups_of(account)) == ("", MEGAN, ["Sales"])


def test_a_manager_comes_and_goes(adele: Account) -> None:
    imports.refresh(adele, {"displayName": "Adele", "manager": None})
    assert again(adele).manager_id is None
    imports.refresh(adele, {"displayName": "Adele", "manager": {"id": MEGAN.upper()}})
    assert str(again(adele).manager_id) == MEGAN


def test_groups_are_as_the_directory_says(adele: Account, contoso: Connector) -> None:
    fabrikam = make_account(connector=make_connector("Fabrikam"), object_id=ADELE)
    imports.refresh(fabrikam, {"memberOf": [{**SALES, "displayName": "Sales of Fabrikam"}]})
    imports.refresh(adele, {"memberOf": [SALES, ADMINS]})
    assert groups_of(adele) == ["Admins", "Sales"]
    imports.refresh(adele, {"memberOf": [{"id": ADMINS["id"], "displayName": None}]})
    assert groups_of(adele) == ["Admins"]
    assert Group.objects.get(name="Admins").role_assignable
    imports.refresh(adele, {"memberOf": []})
    assert groups_of(adele) == []
    assert groups_of(fabrikam) == ["Sales of Fabrikam"]


class _Reader:
    """Answers by the last word of the path; what it has no answer to is refused."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def get(self, path: str, **_: Any) -> Any:
        last = path.split("?", maxsplit=1)[0].rsplit("/", maxsplit=1)[-1].rsplit(".", maxsplit=1)[-1]
        answer = self.answers.get("user" if last == ADELE else last, Refused("No."))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def pages(self, link: str, **_: Any) -> Iterator[Any]:
        yield {"value": self.get(link)}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_answers(**answers: Any) -> None:
        monkeypatch.setattr(Connector, "graph_for_sync", lambda self: _Reader(**answers))

    return set_answers


def test_reading_one_again_reads_all_around_it(adele: Account, answers: Any) -> None:
    role = {"@odata.type": "#microsoft.graph.directoryRole", "id": "x", "roleTemplateId": READER}
    answers(
        user={"id": ADELE, "displayName": "Read again", "isManagementRestricted": False},
        manager=NotThere("Nobody."),
        group=[SALES],
        transitiveMemberOf=[role, {"id": ADMINS["id"], "isAssignableToRole": True}],
    )
    imports.read_again(adele)
    account = again(adele)
    assert (account.display_name, account.manager_id, account.restricted) == ("Read again", None, False)
    assert (account.directory_roles, account.in_role_group) == ([READER], True)
    assert groups_of(account) == ["Sales"]


def test_what_may_not_be_read_stays_as_it_was(adele: Account, answers: Any) -> None:
    imports.refresh(adele, {"memberOf": [SALES], "standing": (frozenset({READER}), True)})
    answers(user={"id": ADELE, "displayName": "Read again"})
    imports.read_again(adele)
    account = again(adele)
    assert (account.display_name, str(account.manager_id)) == ("Read again", MEGAN)
    assert (account.directory_roles, groups_of(account)) == ([READER], ["Sales"])


def test_reading_again_somebody_who_is_not_there(adele: Account, answers: Any) -> None:
    answers(user=NotThere("Gone."))
    imports.read_again(adele)
    account = again(adele)
    assert (account.removal, account.person.state) == ("unseen", "deleted")
    assert Membership.objects.count() == 0
