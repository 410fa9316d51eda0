"""Roles that are for some people, at every address: others are not found, named, counted or chosen anywhere."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors import actions
from connectors.models import Gate, SyncRun
from neurons_admin.access.models import User
from neurons_admin.access.roles import PEOPLE_ADMIN, SERVICE_DESK, VIEWER
from people import matching
from people.models import Account, ActionRun, Match, Person
from tests.factories import make_account, make_connector, make_credential, make_person, make_run, make_user
from tests.fakes import FakeDirectory
from tests.people.healthy import all_is_well
from tests.people.scoped import CANARY, make_limited, make_scope, somebody_beyond
from tests.test_policy_matrix import NOBODY, RULES, ghost_url_of, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]

ROLES = (VIEWER, SERVICE_DESK, PEOPLE_ADMIN)
# Kinds of things that belong to people; everything that the matrix of addresses has of them is tried.
OF_PEOPLE = ("person", "account", "action", "choice", "run", "match", "synchronised connector")
FOREIGN = [name for name, rule in RULES.items() if rule.thing in OF_PEOPLE and name.startswith("people:")]
# What differs between two answers although they say the same.
_VARIES = re.compile(r'csrfmiddlewaretoken" value="\w+"|x-csrftoken": "\w+"|data-now="[^"]+"|nonce="[^"]+"')


def said(answer: Any) -> str:
    return _VARIES.sub("", answer.text)


def things_of(account: Account) -> dict[str, dict[str, Any]]:
    """What the addresses speak of, all of one account."""
    whose = {"pk": account.person_id, "account_pk": account.pk}
    run = ActionRun.objects.filter(account=account).first() or make_run(account, asked_by=make_user(is_superuser=True))
    match, _ = Match.objects.get_or_create(email_key=account.person.email_key)
    return {
        "person": {"pk": account.person_id},
        "account": whose,
        "action": {**whose, "key": "disable_account"},
        "choice": {**whose, "key": "set_manager", "name": "manager"},
        "run": {"pk": run.pk},
        "match": {"pk": match.pk},
        "synchronised connector": {"connector_pk": account.connector_id},
    }


@pytest.fixture
def beyond() -> Account:
    """Somebody of another department and directory."""
    return somebody_beyond()


@pytest.fixture
def clients() -> dict[str, Client]:
    """Somebody signed in for each role, for one department only."""
    scope, signed_in = make_scope(), {}
    for role in ROLES:
        signed_in[role] = Client()
        signed_in[role].force_login(make_limited(role, scope))
    return signed_in


@pytest.fixture
def limited_desk(client: Client) -> Client:
    client.force_login(make_limited(SERVICE_DESK, make_scope(), username="dora"))
    return client


@pytest.fixture
def limited_admin(client: Client) -> Client:
    client.force_login(make_limited(PEOPLE_ADMIN, make_scope(), username="pia"))
    return client


class TestForeignIds:
    @pytest.mark.parametrize("name", FOREIGN)
    def test_somebody_beyond_is_answered_like_nobody_at_all(
        self, clients: dict[str, Client], beyond: Account, name: str
    ) -> None:
        things, rule = things_of(beyond), RULES[name]
        foreign, ghost = url_of(name, things), ghost_url_of(name, things)
        for role, client in clients.items():
            for method, allowed in (("get", rule.get), ("post", rule.post)):
                if allowed is NOBODY:
                    continue
                answers = [getattr(client, method)(url) for url in (foreign, ghost)]
                wanted = 404 if role in allowed else 403
                assert [each.status_code for each in answers] == [wanted] * 2, f"{role} {method} {name}"
                assert said(answers[0]) == said(answers[1])
        assert not ActionRun.objects.exclude(account=beyond).exists()

    @pytest.mark.parametrize("name", FOREIGN)
    def test_the_same_address_of_somebody_within_reach_is_there(self, clients: dict[str, Client], name: str) -> None:
        all_is_well()
        account = make_account()
        url, rule = url_of(name, things_of(account)), RULES[name]
        for role, client in clients.items():
            if rule.get is not NOBODY and role in rule.get:
                assert client.get(url).status_code == 200, f"{role} GET {name}"

    @pytest.mark.parametrize("key", [action.key for action in actions.ALL])
    def test_no_action_is_asked_for_somebody_beyond(self, limited_desk: Client, beyond: Account, key: str) -> None:
        before = ActionRun.objects.count()
        form = {"click": uuid.uuid4(), "confirmation": beyond.display_name}
        answer = limited_desk.post(reverse("people:ask", args=[beyond.person_id, beyond.pk, key]), form)
        assert answer.status_code == 404
        assert ActionRun.objects.count() == before

    def test_an_account_of_one_person_under_the_number_of_another(self, limited_desk: Client, beyond: Account) -> None:
        mine = make_account()
        answer = limited_desk.get(reverse("people:ask", args=[mine.person_id, beyond.pk, "disable_account"]))
        assert answer.status_code == 404
        page = limited_desk.get(reverse("people:person", args=[mine.person_id]), {"account": beyond.pk})
        assert page.status_code == 200
        assert CANARY not in page.text

    def test_a_password_that_one_asked_for_is_not_shown_once_the_person_is_beyond(
        self, client: Client, directory: FakeDirectory
    ) -> None:
        desk = make_limited(SERVICE_DESK, make_scope())
        run = make_run(make_account(), asked_by=desk)
        Account.objects.update(department="Sales")
        client.force_login(desk)
        for name in ("people:reveal", "people:cancel", "people:decide", "people:confirm"):
            assert client.post(reverse(name, args=[run.pk])).status_code == 404
        assert ActionRun.objects.get(pk=run.pk).state == ActionRun.State.QUEUED


def walked(client: Client, account: Account) -> list[str]:
    """Every page that somebody can open about one account, and all lists, with what could lead elsewhere."""
    things = {"": {}, **things_of(account)}
    names = [name for name, rule in RULES.items() if rule.thing in things and rule.get and name.startswith("people:")]
    urls = [url_of(name, things) for name in names if "join" not in name and "health" not in name]
    listed = reverse("people:list")
    queries = [
        "?q=bowen",
        "?state=enabled",
        "?type=member",
        "?source=cloud",
        "?sort=-name",
        "?sort=department",
    ]
    asks = [reverse("people:ask", args=[account.person_id, account.pk, each.key]) for each in actions.ALL]
    more = [reverse("home"), reverse("people:activity") + "?state=queued", reverse("people:activity") + "?who=me"]
    return [*urls, *asks, *more, *(listed + query for query in queries)]


class TestNothingIsTold:
    @pytest.mark.parametrize("role", ROLES)
    def test_nobody_beyond_is_named_on_any_page(self, client: Client, directory: FakeDirectory, role: str) -> None:
        boss = somebody_beyond()
        mine = make_account(manager_id=boss.object_id)
        connector = boss.connector
        Account.objects.filter(pk=boss.pk).update(connector=mine.connector_id, manager_id=mine.object_id)
        client.force_login(make_limited(role, make_scope()))
        for url in walked(client, mine):
            assert CANARY not in client.get(url).text, url
        assert connector.name not in client.get(reverse("people:list")).text

    def test_the_list_finds_and_counts_only_whom_one_sees(self, limited_desk: Client, beyond: Account) -> None:
        make_account(make_person("Adele Vance"))
        page = limited_desk.get(reverse("people:list"))
        assert [person.display_name for person in page.context["page"].rows] == ["Adele Vance"]
        assert page.context["total"] == 1
        assert page.context["connectors"] == []
        for query in ({"q": CANARY}, {"connector": beyond.connector_id}, {"department": beyond.department}):
            assert limited_desk.get(reverse("people:list"), query).context["total"] == 0

    def test_an_account_that_is_not_seen_finds_nobody_and_says_nothing(self, limited_desk: Client) -> None:
        person = make_person(
            "Adele Vance", department=f"{CANARY} Sales", user_principal_name=f"{CANARY}@fabrikam.example"
        )
        beyond = make_account(person)
        make_account(person, department="Retail", user_principal_name="adele@contoso.example", mail="")
        page = limited_desk.get(reverse("people:list"))
        assert page.context["total"] == 1
        assert "adele@contoso.example" in page.text
        assert CANARY not in page.text
        for query in ({"q": CANARY}, {"connector": beyond.connector_id}, {"department": f"{CANARY} Sales"}):
            assert limited_desk.get(reverse("people:list"), query).context["total"] == 0
        for query in ({"q": "adele vance"}, {"department": "Retail"}, {"state": "enabled"}):
            assert limited_desk.get(reverse("people:list"), query).context["total"] == 1, query
        shown = limited_desk.get(reverse("people:person", args=[person.pk]), {"account": beyond.pk})
        assert [each.department for each in shown.context["accounts"]] == ["Retail"]
        assert CANARY not in shown.text

    def test_activity_home_and_status_count_the_runs_one_sees(self, limited_desk: Client, beyond: Account) -> None:
        ActionRun.objects.update(state=ActionRun.State.NEEDS_OPERATOR)
        assert limited_desk.get(reverse("people:activity")).context["total"] == 0
        home = limited_desk.get(reverse("home")).context
        assert not [need for block in home["blocks"] for need in block.needs if "decision" in need.title]
        assert sum(bar.words != "0" for bar in home["people_by_state"].bars) == 0
        runs = dict(limited_desk.get(reverse("people:status")).context["cards"])["Runs that have not ended"]
        assert {fact.value for fact in runs} == {"0"}

    def test_what_stands_in_the_way_is_told_without_names(self, limited_desk: Client) -> None:
        credential = make_credential(f"{CANARY} act")
        Gate.objects.create(
            tenant_id=credential.tenant_id,
            client_id=credential.client_id,
            paused_until=timezone.now() + timedelta(minutes=5),
            reason=f"{CANARY} is busy",
        )
        run = SyncRun.objects.create(connector=make_connector(f"{CANARY} EU"), trigger=SyncRun.Trigger.MANUAL)
        SyncRun.objects.filter(pk=run.pk).update(
            state=SyncRun.State.RUNNING, lease_until=timezone.now() - timedelta(hours=1)
        )
        for name in ("people:status", "home", "people:activity"):
            assert CANARY not in limited_desk.get(reverse(name)).text
        assert "has lost its worker" in limited_desk.get(reverse("people:status")).text
        everybody = Client()
        everybody.force_login(make_user("Viewer"))
        assert f"{CANARY} EU" in everybody.get(reverse("people:status")).text

    def test_reports_and_manager_beyond_are_neither_named_nor_counted(self, limited_desk: Client) -> None:
        boss = somebody_beyond()
        mine = make_account(None, boss.connector, manager_id=boss.object_id)
        Account.objects.filter(pk=boss.pk).update(manager_id=mine.object_id)
        page = limited_desk.get(reverse("people:person", args=[mine.person_id]))
        assert page.context["manager"] is None
        assert next(tab.count for tab in page.context["tabs"] if tab.label == "Direct reports") == 0
        assert not limited_desk.get(reverse("people:reports", args=[mine.person_id])).context["page"].rows

    def test_reading_the_deleted_ones_again_tells_no_number(
        self, limited_desk: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = make_account()
        monkeypatch.setattr("people.views.deleted.read_deleted", lambda _: 7)
        answer = limited_desk.post(reverse("people:read_deleted", args=[account.connector_id]), follow=True)
        assert [str(each) for each in answer.context["messages"]] == [f"{account.connector} was read."]


class TestChoosing:
    def test_nobody_beyond_is_found_or_taken_as_a_manager(self, limited_desk: Client, directory: FakeDirectory) -> None:
        beyond = somebody_beyond()
        mine = make_account(None, beyond.connector)
        url = reverse("people:pick", args=[mine.person_id, mine.pk, "set_manager", "manager"])
        assert CANARY not in limited_desk.get(url, {"manager_q": "bowen"}).text
        ghost = uuid.UUID(int=5)
        ask = reverse("people:ask", args=[mine.person_id, mine.pk, "set_manager"])
        answers = []
        for object_id in (beyond.object_id, ghost):
            answer = limited_desk.post(ask, {"click": uuid.uuid4(), "manager": str(object_id)})
            answers.append(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", said(answer)))
        assert answers[0] == answers[1]
        assert not ActionRun.objects.filter(account=mine).exists()


def two_people(*departments: str) -> list[Person]:
    """Two people of two directories who share an e-mail address."""
    people = [make_person(f"Adele {number}", email="adele@contoso.example") for number in range(2)]
    for person, department in zip(people, departments, strict=True):
        make_account(person, department=department)
    return people


class TestMatches:
    def test_a_match_with_somebody_beyond_is_none(self, limited_admin: Client) -> None:
        people = two_people("Retail", "Sales")
        match = Match.objects.create(email_key="adele@contoso.example")
        assert limited_admin.get(reverse("people:matches")).context["groups"] == []
        assert limited_admin.get(reverse("people:match", args=[match.pk])).status_code == 404
        assert limited_admin.get(reverse("people:list")).context["match_count"] == 0
        assert limited_admin.get(reverse("people:person", args=[people[0].pk])).context["match"] is None
        page = limited_admin.get(reverse("people:join"), {"person": [person.pk for person in people]})
        assert "Choose at least two people" in page.text

    def test_one_among_people_within_reach_is_shown(self, limited_admin: Client) -> None:
        two_people("Retail", "Retail")
        Match.objects.create(email_key="adele@contoso.example")
        assert len(limited_admin.get(reverse("people:matches")).context["groups"]) == 1

    def test_a_form_that_names_accounts_beyond_joins_nothing(self, limited_admin: Client) -> None:
        people = two_people("Retail", "Sales")
        seen = matching.arrangement(matching.parties(people))
        foreign = limited_admin.post(reverse("people:join"), {"seen": seen})
        ghost = limited_admin.post(reverse("people:join"), {"seen": "999998:999998;999999:999999"})
        assert (foreign.status_code, foreign.headers["Location"]) == (ghost.status_code, ghost.headers["Location"])
        assert Person.objects.count() == 2

    def test_one_person_beyond_is_not_told_to_be_one(self, limited_admin: Client) -> None:
        person = make_person()
        accounts = [make_account(person, department="Sales") for _ in range(2)]
        seen = f"{person.pk}:{accounts[0].pk};{person.pk + 1}:{accounts[1].pk}"
        answer = limited_admin.post(reverse("people:join"), {"seen": seen})
        assert answer.headers["Location"] == reverse("people:matches")

    def test_an_account_is_not_parted_from_one_that_is_not_seen(self, limited_admin: Client) -> None:
        person = make_person()
        mine, _ = make_account(person, department="Retail"), make_account(person, department="Sales")
        for method in (limited_admin.get, limited_admin.post):
            assert method(reverse("people:part", args=[person.pk, mine.pk])).status_code == 404
        assert Person.objects.count() == 1


class TestCosts:
    @pytest.mark.parametrize("name", ["list", "person"])
    def test_a_limited_member_costs_at_most_two_queries_more(
        self, client: Client, name: str, django_assert_max_num_queries: Any
    ) -> None:
        accounts = [make_account() for _ in range(3)]
        url = reverse("people:list") if name == "list" else reverse("people:person", args=[accounts[0].person_id])
        client.force_login(make_user(SERVICE_DESK))
        with django_assert_max_num_queries(20) as unlimited:
            client.get(url)
        client.force_login(make_limited(SERVICE_DESK, make_scope(), make_scope("B", country=["DE"])))
        with django_assert_max_num_queries(len(unlimited) + 2):
            client.get(url)


def test_a_member_who_may_see_but_not_act_is_told_so(client: Client) -> None:
    sales = make_account(make_person("Megan Bowen", department="Sales"))
    member = make_limited(SERVICE_DESK, make_scope())
    member.groups.add(*make_user(VIEWER).groups.all())
    client.force_login(User.objects.get(pk=member.pk))
    page = client.get(reverse("people:ask", args=[sales.person_id, sales.pk, "disable_account"]))
    assert "Your role includes this action for other people only." in page.text
    run = make_run(sales, asked_by=member)
    assert client.post(reverse("people:cancel", args=[run.pk])).status_code == 403
