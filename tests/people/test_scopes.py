"""Whom a role is for: the policy by itself, row by row and as a query, and what it does when something fails."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import actions
from connectors.actions import DisableAccount
from neurons_admin.access import scopes
from neurons_admin.access.models import Membership, Scope, User
from neurons_admin.access.roles import CONNECTOR_ADMIN, PEOPLE_ADMIN, SERVICE_DESK, VIEWER
from people import policy, reach
from people.models import Account, Group, Person
from people.models import Membership as InGroup
from people.permissions import OVERRIDE, SEE, SEE_RUNS
from tests.factories import make_account, make_connector, make_person, make_run, make_user
from tests.people.scoped import give, make_limited, make_scope

pytestmark = pytest.mark.django_db

DEPARTMENTS = ("Retail", "Sales", "")
COUNTRIES = ("DE", "FR")
TYPES = ("Member", "Guest", "guest", "")


def in_group(account: Account, name: str = "Berlin desk", **columns: Any) -> Group:
    group, _ = Group.objects.get_or_create(
        connector=account.connector,
        name=name,
        defaults={"object_id": "00000000-0000-0000-0000-0000000000aa", "kind": "security", **columns},
    )
    InGroup.objects.create(group=group, member_id=account.object_id)
    return group


class TestWhom:
    def test_a_role_without_a_scope_is_for_everybody(self) -> None:
        account = make_account()
        assert policy.may(make_user(SERVICE_DESK), DisableAccount, account)
        assert not policy.is_limited(make_user(SERVICE_DESK))

    def test_a_role_for_a_scope_is_for_its_people(self) -> None:
        retail, sales = make_account(), make_account(make_person("Megan", department="Sales"))
        desk = make_limited(SERVICE_DESK, make_scope())
        assert [policy.may(desk, DisableAccount, each) for each in (retail, sales)] == [True, False]
        assert list(policy.visible_accounts(desk)) == [retail]
        assert policy.may_act(desk, DisableAccount)

    def test_scopes_add_up(self) -> None:
        accounts = [make_account(make_person(department=name)) for name in ("Retail", "Sales", "Legal")]
        scope = [make_scope(name, department=[name]) for name in ("Retail", "Sales")]
        assert list(policy.visible_accounts(make_limited(VIEWER, *scope))) == accounts[:2]

    def test_a_role_for_everybody_counts_more_than_the_same_for_some(self) -> None:
        viewer = make_limited(VIEWER, make_scope())
        viewer.groups.through.objects.create(user=viewer, group=viewer.groups.get(), scope=None)
        assert not policy.is_limited(User.objects.get(pk=viewer.pk))

    def test_each_right_has_the_reach_of_the_roles_that_give_it(self) -> None:
        sales = make_account(make_person(department="Sales"))
        member = give(make_user(VIEWER), SERVICE_DESK, make_scope())
        assert policy.may(member, SEE, sales)
        assert not policy.may(member, DisableAccount, sales)

    def test_between_kinds_all_have_to_match_and_within_one_any(self) -> None:
        scope = make_scope(department=["Retail", "Sales"], country=["DE"])
        viewer = make_limited(VIEWER, scope)
        rows = [("Retail", "DE"), ("Sales", "DE"), ("Retail", "FR"), ("Legal", "DE")]
        accounts = [make_account(make_person(department=name), country=country) for name, country in rows]
        assert list(policy.visible_accounts(viewer)) == accounts[:2]

    def test_a_connector(self) -> None:
        here, there = make_account(), make_account()
        viewer = make_limited(VIEWER, make_scope(connector=[str(here.connector_id)]))
        assert list(policy.visible_accounts(viewer)) == [here]
        assert not policy.may(viewer, SEE, there)

    def test_a_group_is_its_members_in_the_accounts_own_directory(self) -> None:
        account, same_id_elsewhere = make_account(), make_account()
        Account.objects.filter(pk=same_id_elsewhere.pk).update(object_id=account.object_id)
        group = in_group(account)
        viewer = make_limited(VIEWER, make_scope(group=[str(group.object_id)]))
        assert list(policy.visible_accounts(viewer)) == [account]

    def test_a_group_that_is_deleted_in_the_directory_holds_nobody(self) -> None:
        account = make_account()
        group = in_group(account, removed_at="2026-01-01T00:00:00Z")
        assert not policy.may(make_limited(VIEWER, make_scope(group=[str(group.object_id)])), SEE, account)

    def test_guests(self) -> None:
        member, guest = make_account(), make_account(user_type="Guest")
        assert list(policy.visible_accounts(make_limited(VIEWER, make_scope(user_type=["guest"])))) == [guest]
        assert list(policy.visible_accounts(make_limited(VIEWER, make_scope("B", user_type=["member"])))) == [member]

    def test_a_person_is_seen_by_one_account_and_acted_upon_by_that_alone(self) -> None:
        person = make_person()
        retail, sales = make_account(person), make_account(person, department="Sales")
        desk = make_limited(SERVICE_DESK, make_scope())
        assert list(policy.visible_people(desk)) == [person]
        assert list(policy.visible_accounts(desk)) == [retail]
        assert not policy.may(desk, DisableAccount, sales)
        assert not policy.whole_people(desk).exists()

    def test_runs_are_seen_by_their_account(self) -> None:
        mine, other = make_run(), make_run(make_account(make_person(department="Sales")))
        viewer = make_limited(VIEWER, make_scope())
        assert list(policy.visible_runs(viewer)) == [mine]
        assert policy.may(viewer, SEE_RUNS, mine.account)
        assert not policy.may(viewer, SEE_RUNS, other.account)

    def test_nobody_else_may_anything(self) -> None:
        account = make_account()
        for nobody in (make_user(), AnonymousUser(), make_user(VIEWER, is_active=False)):
            assert not policy.may(nobody, SEE, account)
            assert not policy.visible_accounts(nobody).exists()
            assert not policy.visible_people(nobody).exists()
            assert policy.is_limited(nobody)

    def test_a_superuser_is_not_limited(self) -> None:
        boss = give(make_user(is_superuser=True), VIEWER, make_scope())
        assert policy.may(boss, OVERRIDE, make_account(make_person(department="Sales")))
        assert not policy.is_limited(boss)


class TestWhatIsNotAboutPeople:
    def test_a_role_for_a_scope_gives_nothing_that_cannot_be_limited(self) -> None:
        assert make_user(CONNECTOR_ADMIN).has_perm("connectors.view_connector")
        limited = make_limited(CONNECTOR_ADMIN, make_scope())
        assert limited.get_all_permissions() == set()
        assert not limited.has_module_perms("connectors")

    def test_a_permission_of_ones_own_is_for_everybody(self) -> None:
        user = make_user()
        user.user_permissions.add(Permission.objects.get(codename="view_person"))
        assert policy.may(user, SEE, make_account())


class TestItFailsClosed:
    @pytest.mark.parametrize(
        "conditions",
        [{"planet": ["Mars"]}, {"department": []}, {"department": "Retail"}, {"department": [7]}, ["department"], "x"],
    )
    def test_what_is_not_understood_holds_nobody(self, conditions: Any) -> None:
        account = make_account()
        viewer = make_limited(VIEWER, Scope.objects.create(name="Odd", conditions=conditions))
        assert not policy.may(viewer, SEE, account)
        assert not policy.visible_accounts(viewer).exists()

    def test_a_condition_that_raises_holds_nobody(self) -> None:
        account = make_account()
        viewer = make_limited(VIEWER, make_scope(connector=["no id"]))
        assert not policy.may(viewer, SEE, account)
        assert not policy.visible_people(viewer).exists()
        assert not policy.visible_runs(viewer).exists()

    def test_the_database_refuses_a_scope_without_conditions(self) -> None:
        with pytest.raises(Exception, match="scope_has_conditions"):
            Scope.objects.create(name="Everybody", conditions={})

    @pytest.mark.parametrize("broken", ["holds", "is_limited", "condition"])
    def test_a_policy_that_raises_refuses(self, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
        account, viewer = make_account(), make_limited(VIEWER, make_scope())

        def fail(*_: Any) -> None:
            raise RuntimeError("broken")

        monkeypatch.setattr(reach, broken, fail)
        if broken != "condition":
            assert not policy.may(viewer, SEE, account)
        if broken != "holds":
            assert not policy.visible_accounts(viewer).exists()
            assert not policy.visible_people(viewer).exists()

    def test_a_database_that_is_away_is_no_answer_at_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def away(*_: Any) -> None:
            raise OperationalError

        monkeypatch.setattr(reach, "holds", away)
        with pytest.raises(OperationalError):
            policy.may(make_user(VIEWER), SEE, make_account())


class TestCosts:
    def test_a_menu_of_all_actions_asks_once(self) -> None:
        account = Account.objects.with_connector().get(pk=make_account().pk)  # type: ignore[attr-defined]
        desk = make_limited(SERVICE_DESK, make_scope())
        policy.may(desk, SEE, account)
        with CaptureQueriesContext(connection) as asked:
            assert [policy.may(desk, action, account) for action in actions.ALL].count(True) > 5
        assert len(asked) == 0


def holds(conditions: Mapping[str, list[str]], account: Account, groups: set[str]) -> bool:
    """The same once more, by hand."""
    said = {
        "connector": {str(account.connector_id)},
        "department": {account.department},
        "country": {account.country},
        "user_type": {"guest" if account.user_type.lower() == "guest" else "member"},
        "group": groups,
    }
    return all(said[kind] & set(values) for kind, values in conditions.items())


kinds = {
    "connector": st.sampled_from([0, 1]),
    "department": st.sampled_from(DEPARTMENTS[:2]),
    "country": st.sampled_from(COUNTRIES),
    "user_type": st.sampled_from(["member", "guest"]),
    "group": st.sampled_from([0, 1]),
}
some_conditions = st.fixed_dictionaries(
    {}, optional={kind: st.lists(values, min_size=1, max_size=2, unique=True) for kind, values in kinds.items()}
).filter(bool)
an_account = st.tuples(
    st.sampled_from([0, 1]),
    st.sampled_from(DEPARTMENTS),
    st.sampled_from(COUNTRIES),
    st.sampled_from(TYPES),
    st.sets(st.sampled_from([0, 1])),
    st.integers(0, 2),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    accounts=st.lists(an_account, min_size=1, max_size=6),
    wanted=st.lists(some_conditions, max_size=3),
    seeing=st.sampled_from([SEE, SEE_RUNS, DisableAccount]),
)
def test_what_is_seen_is_what_may_be_seen_row_by_row(accounts: Any, wanted: Any, seeing: Any) -> None:
    Membership.objects.all().delete()
    Scope.objects.all().delete()
    connectors = [make_connector(acts=False, sync_credential=None) for _ in range(2)]
    groups = [
        [Group.objects.create(connector=each, object_id=f"{number:032}", kind="security") for number in range(2)]
        for each in connectors
    ]
    conditions = [{k: _values(k, v, connectors) for k, v in each.items()} for each in wanted]
    user = make_limited(SERVICE_DESK, *[make_scope(f"S{n}", **each) for n, each in enumerate(conditions)])
    people = [make_person() for _ in range(3)]
    expected = set()
    for connector, department, country, user_type, memberships, person in accounts:
        columns = {"department": department, "country": country, "user_type": user_type}
        account = make_account(people[person], connectors[connector], **columns)
        for number in memberships:
            InGroup.objects.create(group=groups[connector][number], member_id=account.object_id)
        names = {str(groups[connector][number].object_id) for number in memberships}
        account.refresh_from_db()
        if any(holds(each, account, names) for each in conditions):
            expected.add(account.pk)
    made = Account.objects.filter(connector__in=connectors)
    assert {account.pk for account in made if policy.may(user, seeing, account)} == expected
    assert set(policy.visible_accounts(user, seeing, among=made).values_list("pk", flat=True)) == expected
    mine = Person.objects.filter(pk__in=[person.pk for person in people])
    seen = {account.person_id for account in made if account.pk in expected}
    assert set(policy.visible_people(user, seeing, among=mine).values_list("pk", flat=True)) == seen
    beyond = {account.person_id for account in made if account.pk not in expected}
    assert set(policy.whole_people(user, seeing, among=mine).values_list("pk", flat=True)) == seen - beyond


def _values(kind: str, values: list[Any], connectors: list[Any]) -> list[str]:
    if kind == "connector":
        return [str(connectors[number].pk) for number in values]
    return [str(Group(object_id=f"{number:032}").object_id) if kind == "group" else number for number in values]


def test_the_words_of_a_scope_name_what_it_is_about() -> None:
    account = make_account(None, make_connector("Contoso"))
    group = in_group(account)
    conditions = {"connector": [str(account.connector_id)], "group": [str(group.object_id)], "user_type": ["guest"]}
    assert scopes.words(conditions) == ["Connector: Contoso", "Group: Berlin desk", "Type: Guest"]


def test_how_many_it_holds_is_told_to_nobody_who_does_not_see_everybody() -> None:
    make_account()
    scope = make_scope()
    assert scopes.size(scope.conditions, make_user(VIEWER)) == 1
    assert scopes.size(scope.conditions, make_limited(VIEWER, scope)) is None
    keeper = make_user()
    keeper.user_permissions.add(*Permission.objects.filter(content_type__app_label="access"))
    assert scopes.size(scope.conditions, keeper) is None
    assert scopes.size(scope.conditions, make_user(PEOPLE_ADMIN)) == 1
