"""What a member may do is told from the policy itself: each right with its role and scope, and one action tried."""

from typing import Any

import pytest
from django.test import Client

from connectors import actions
from neurons_admin.access.models import User
from people import grants, policy
from people.models import Account
from tests.factories import make_account, make_user
from tests.people.scoped import CANARY, give, make_limited, make_scope, somebody_beyond

pytestmark = pytest.mark.django_db


@pytest.fixture
def within() -> Account:
    account = make_account(department="Retail", user_principal_name="within@contoso.example")
    return Account.objects.with_connector().get(pk=account.pk)


def told(member: User) -> dict[str, tuple[str, ...]]:
    return {right.label: right.given_by for heading in grants.rights_of(member) for right in heading.rights}


class TestRights:
    def test_each_says_which_role_gives_it_and_for_whom(self) -> None:
        member = give(
            make_limited("Service desk", make_scope("Retail people")),
            "Viewer",
            make_scope("Sales", department=["Sales"]),
        )
        assert told(member)["See people"] == ("Service desk, for Retail people", "Viewer, for Sales")
        assert told(member)["Disable account"] == ("Service desk, for Retail people",)

    def test_a_role_for_everybody_says_so(self) -> None:
        assert told(make_user("Viewer"))["See people"] == ("Viewer, for everybody",)

    def test_what_a_scope_cannot_limit_is_not_given_by_a_role_for_one(self) -> None:
        member = make_limited("Connector admin", make_scope())
        assert "Read the audit trail" not in told(member)

    @pytest.mark.parametrize("role", ["Viewer", "Service desk", "People admin", "Connector admin", "Credential admin"])
    def test_they_are_what_the_product_goes_by(self, role: str) -> None:
        from_policy = make_user(role)
        labels = {label for code, label in grants.offers.labels().items() if from_policy.has_perm(code)}
        assert set(told(from_policy)) == labels

    def test_a_superuser_has_all_and_who_is_deactivated_nothing(self) -> None:
        boss = make_user(is_superuser=True)
        assert told(boss)["Delete for good"] == ("Superuser, for everybody",)
        boss.is_active = False
        assert told(boss) == {}


class TestTryingIt:
    @pytest.mark.parametrize("action", actions.ALL, ids=lambda action: action.key)
    @pytest.mark.parametrize("role", ["Viewer", "Service desk", "People admin"])
    @pytest.mark.parametrize("where", ["within", "beyond", "everywhere"])
    def test_it_says_what_the_policy_says(self, action: Any, role: str, where: str, within: Account) -> None:
        scope = make_scope("Retail people")
        member = make_user(role) if where == "everywhere" else make_limited(role, scope)
        account = somebody_beyond() if where == "beyond" else within
        account = Account.objects.with_connector().get(pk=account.pk)
        answer = grants.answer(member, action, account)
        assert answer.verdict == policy.readiness(member, account, action)
        assert bool(answer.given_by) is policy.may(member, action, account)
        if answer.given_by:
            assert answer.given_by == (f"{role}, for {'everybody' if where == 'everywhere' else 'Retail people'}",)

    def test_on_the_page_with_the_reason(self, client: Client, within: Account) -> None:
        client.force_login(make_user(is_superuser=True))
        viewer = make_user("Viewer")
        url = f"/members/{viewer.pk}/may/"
        page = client.get(url, {"action": "disable_account", "whom": "WITHIN@contoso.example"})
        assert "Disable account: no" in page.text
        assert policy.NOT_YOURS in page.text

    def test_nobody_learns_of_people_beyond_their_reach(self, client: Client) -> None:
        beyond = somebody_beyond()
        reader = make_limited("Service desk", make_scope())
        client.force_login(reader)
        query = {"action": "disable_account", "whom": beyond.user_principal_name}
        page = client.get("/profile/may/", query)
        assert "There is nobody with this sign-in name whom you may see." in page.text
        assert CANARY not in page.text.replace(beyond.user_principal_name, "")

    @pytest.mark.parametrize(
        "query", [{"action": "no-such-thing", "whom": "x"}, {"action": ""}, {"action": "disable_account"}]
    )
    def test_what_cannot_be_understood_is_told(self, client: Client, query: dict[str, str]) -> None:
        member = make_user("Viewer")
        client.force_login(member)
        page = client.get("/profile/may/", query)
        assert page.status_code == 200
        assert "to put right" in page.text


class TestWhoSeesIt:
    def test_oneself_and_who_sees_members(self, client: Client) -> None:
        member = make_user("Viewer")
        client.force_login(member)
        assert "See people" in client.get("/profile/may/").text
        assert client.get(f"/members/{member.pk}/may/").status_code == 403
        assert client.get("/members/999999/may/").status_code == 403
