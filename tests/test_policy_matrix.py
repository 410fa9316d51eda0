"""Who may ask what of every address: role × address × method, held against the address list itself.

An address that is not in `RULES` fails, so that nobody adds a page without saying whom it is for.
"""

import uuid
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from connectors.models import SyncRun
from neurons_admin.access.factors import begin_app
from neurons_admin.access.models import Role, Scope, User
from neurons_admin.access.roles import CONNECTOR_ADMIN, CREDENTIAL_ADMIN, PEOPLE_ADMIN, ROLES, SERVICE_DESK, VIEWER
from people.models import Approval, Match
from tests.factories import make_connector, make_credential, make_run, make_user
from tests.people.healthy import all_is_well

NO_ROLE = "No role"
SUPERUSER = "Superuser"

# Who may. A superuser may everything, and is not named.
ANYBODY = frozenset({"Anonymous", NO_ROLE, *ROLES})
SIGNED_IN = frozenset({NO_ROLE, *ROLES})
SUPERUSERS = frozenset()
PEOPLE_ADMINS = frozenset({PEOPLE_ADMIN})
DESK = frozenset({SERVICE_DESK, PEOPLE_ADMIN})
PEOPLE = DESK | {VIEWER}
CONNECTORS = frozenset({CONNECTOR_ADMIN})
CREDENTIALS = frozenset({CREDENTIAL_ADMIN})
AUDITORS = CONNECTORS | CREDENTIALS
# The address does not know the method, whoever asks.
NOBODY = None


@dataclass(frozen=True)
class Rule:
    """Who may GET, who may POST, and what kind of thing the address speaks of."""

    get: frozenset[str] | None
    post: frozenset[str] | None = NOBODY
    thing: str = ""


RULES = {
    "home": Rule(get=SIGNED_IN),
    "csp_report": Rule(get=NOBODY, post=ANYBODY),
    "access:sign_in": Rule(get=ANYBODY, post=ANYBODY),
    "access:passkey_sign_in": Rule(get=ANYBODY, post=ANYBODY),
    "access:second_step": Rule(get=ANYBODY, post=ANYBODY),
    "access:sign_out": Rule(get=NOBODY, post=ANYBODY),
    "access:confirm": Rule(get=SIGNED_IN, post=SIGNED_IN),
    "access:confirm_passkey": Rule(get=SIGNED_IN, post=SIGNED_IN),
    "access:profile": Rule(get=SIGNED_IN, post=SIGNED_IN),
    "access:end_own_sessions": Rule(get=NOBODY, post=SIGNED_IN),
    "access:member_sessions": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="member"),
    "access:ways": Rule(get=SIGNED_IN),
    "access:way_add_passkey": Rule(get=SIGNED_IN, post=SIGNED_IN),
    "access:way_add_app": Rule(get=NOBODY, post=SIGNED_IN),
    "access:way_app": Rule(get=SIGNED_IN, post=SIGNED_IN, thing="app"),
    "access:way_codes": Rule(get=NOBODY, post=SIGNED_IN),
    "access:way_remove": Rule(get=SIGNED_IN, post=SIGNED_IN, thing="way"),
    "access:members": Rule(get=SUPERUSERS),
    "access:member_add": Rule(get=SUPERUSERS, post=SUPERUSERS),
    "access:member": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="member"),
    "access:member_password": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="member"),
    "access:member_factors": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="member"),
    "access:member_deactivate": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="member"),
    "access:member_activate": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="member"),
    "access:roles": Rule(get=SUPERUSERS),
    "access:role_add": Rule(get=SUPERUSERS, post=SUPERUSERS),
    "access:role": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="role"),
    "access:role_delete": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="role"),
    "access:scopes": Rule(get=SUPERUSERS),
    "access:scope_add": Rule(get=SUPERUSERS, post=SUPERUSERS),
    "access:scope": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="scope"),
    "access:scope_delete": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="scope"),
    "access:member_identity": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="member"),
    "member_sign_in:begin": Rule(get=ANYBODY),
    "member_sign_in:back": Rule(get=ANYBODY),
    "member_sign_in:confirm": Rule(get=SIGNED_IN),
    "audit:list": Rule(get=AUDITORS),
    "audit:export": Rule(get=NOBODY, post=SUPERUSERS),
    "connectors:list": Rule(get=CONNECTORS),
    "connectors:add": Rule(get=CONNECTORS, post=CONNECTORS),
    "connectors:separation": Rule(get=CONNECTORS),
    "connectors:separation_of": Rule(get=CONNECTORS, thing="connector"),
    "connectors:detail": Rule(get=CONNECTORS, thing="connector"),
    "connectors:edit_connection": Rule(get=CONNECTORS, post=CONNECTORS, thing="connector"),
    "connectors:edit_import": Rule(get=CONNECTORS, post=CONNECTORS, thing="connector"),
    "connectors:edit_schedule": Rule(get=CONNECTORS, post=CONNECTORS, thing="connector"),
    "connectors:edit_actions": Rule(get=CONNECTORS, post=CONNECTORS, thing="connector"),
    "connectors:share_reading": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="connector"),
    "connectors:share_acting": Rule(get=SUPERUSERS, post=SUPERUSERS, thing="connector"),
    "connectors:check_credential": Rule(get=NOBODY, post=CONNECTORS, thing="connector"),
    "connectors:sync": Rule(get=NOBODY, post=CONNECTORS, thing="connector"),
    "connectors:delete": Rule(get=CONNECTORS, post=CONNECTORS, thing="connector"),
    "connectors:sync_run": Rule(get=CONNECTORS, thing="sync run"),
    "connectors:decide_sync": Rule(get=NOBODY, post=CONNECTORS, thing="sync run"),
    "connectors:check_shared": Rule(get=NOBODY, post=CREDENTIALS, thing="credential"),
    "credentials:list": Rule(get=CREDENTIALS),
    "credentials:add": Rule(get=CREDENTIALS, post=CREDENTIALS),
    "credentials:detail": Rule(get=CREDENTIALS, thing="credential"),
    "credentials:edit": Rule(get=CREDENTIALS, post=CREDENTIALS, thing="credential"),
    "credentials:replace_secret": Rule(get=CREDENTIALS, post=CREDENTIALS, thing="credential"),
    "credentials:give_another": Rule(get=NOBODY, post=SUPERUSERS, thing="credential"),
    "credentials:certificate": Rule(get=CREDENTIALS, thing="credential"),
    "credentials:staged_certificate": Rule(get=CREDENTIALS, thing="credential"),
    "credentials:use_certificate": Rule(get=NOBODY, post=CREDENTIALS, thing="credential"),
    "credentials:discard_certificate": Rule(get=NOBODY, post=CREDENTIALS, thing="credential"),
    "credentials:delete": Rule(get=CREDENTIALS, post=CREDENTIALS, thing="credential"),
    "people:list": Rule(get=PEOPLE),
    "people:deleted": Rule(get=PEOPLE),
    "people:read_deleted": Rule(get=NOBODY, post=PEOPLE, thing="synchronised connector"),
    "people:person": Rule(get=PEOPLE, thing="person"),
    "people:history": Rule(get=PEOPLE, thing="person"),
    "people:refresh": Rule(get=NOBODY, post=PEOPLE, thing="account"),
    "people:ask": Rule(get=DESK, post=DESK, thing="action"),
    "people:pick": Rule(get=DESK, thing="choice"),
    "people:matches": Rule(get=PEOPLE_ADMINS),
    "people:match": Rule(get=PEOPLE_ADMINS, thing="match"),
    "people:tell_apart": Rule(get=PEOPLE_ADMINS, post=PEOPLE_ADMINS, thing="match"),
    "people:join": Rule(get=PEOPLE_ADMINS, post=PEOPLE_ADMINS),
    "people:part": Rule(get=PEOPLE_ADMINS, post=PEOPLE_ADMINS, thing="account"),
    "people:activity": Rule(get=PEOPLE),
    "people:own_rights": Rule(get=SIGNED_IN),
    "people:rights": Rule(get=SUPERUSERS, thing="member"),
    "people:status": Rule(get=PEOPLE),
    "people:livez": Rule(get=ANYBODY),
    "people:healthz": Rule(get=ANYBODY),
    "people:metrics": Rule(get=ANYBODY),
    "people:run": Rule(get=PEOPLE, thing="run"),
    "people:run_row": Rule(get=PEOPLE, thing="run"),
    "people:reveal": Rule(get=NOBODY, post=DESK, thing="run"),
    "people:cancel": Rule(get=NOBODY, post=DESK, thing="run"),
    "people:decide": Rule(get=NOBODY, post=DESK, thing="run"),
    "people:confirm": Rule(get=NOBODY, post=DESK, thing="run"),
    "people:agree": Rule(get=NOBODY, post=PEOPLE_ADMINS, thing="waiting run"),
    "people:disagree": Rule(get=PEOPLE_ADMINS, post=PEOPLE_ADMINS, thing="waiting run"),
    "people:approvals": Rule(get=PEOPLE_ADMINS),
    "people:approval_rules": Rule(get=SUPERUSERS, post=SUPERUSERS),
    "people:groups": Rule(get=PEOPLE, thing="person"),
    "people:licences": Rule(get=PEOPLE, thing="person"),
    "people:devices": Rule(get=PEOPLE, thing="person"),
    "people:reports": Rule(get=PEOPLE, thing="person"),
    "people:protect": Rule(get=PEOPLE_ADMINS, post=PEOPLE_ADMINS, thing="account"),
    "people:undo": Rule(get=DESK, post=DESK, thing="run"),
    "ui:styleguide": Rule(get=SIGNED_IN),
    "ui:dialog": Rule(get=SIGNED_IN, post=SIGNED_IN, thing="sample"),
    "ui:run": Rule(get=SIGNED_IN),
}


# What is answered where no page is shown: led on; and not there, as long as no token is set.
NO_PAGES = {
    "access:member_identity": 404,
    "member_sign_in:begin": 403,
    "member_sign_in:back": 403,
    "member_sign_in:confirm": 403,
    "credentials:certificate": 404,
    "credentials:staged_certificate": 404,
    "connectors:share_reading": 302,
    "connectors:share_acting": 302,
    "access:sign_in": 302,
    "access:second_step": 302,
    "access:passkey_sign_in": 302,
    # Somebody else's.
    "access:way_app": 404,
    "access:way_remove": 404,
    "people:metrics": 404,
}


def addresses(patterns, namespaces=()):
    """Every pattern of the product with its full name."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield ":".join((*namespaces, pattern.name or f"(no name: {pattern.pattern})"))


NAMES = sorted(set(addresses(get_resolver().url_patterns)))
EVERY = pytest.mark.parametrize("name", [name for name in NAMES if name in RULES])
SENT = pytest.mark.parametrize("name", [name for name in NAMES if name in RULES and RULES[name].post is not NOBODY])


@pytest.mark.parametrize("name", NAMES)
def test_every_address_has_a_rule(name):
    assert name in RULES, f"{name}: say in RULES who may GET and POST it"


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_an_address(name):
    assert name in NAMES


@pytest.fixture
def things():
    """What the addresses speak of, as their arguments."""
    all_is_well()
    run = make_run()
    waiting = make_run(state="held", held_because="approval")
    Approval.objects.create(run=waiting, asked_by=waiting.asked_by)
    account = run.account
    connector = make_connector()
    return {
        "": {},
        "member": {"pk": make_user().pk},
        "role": {"pk": Role.objects.get(group__name=VIEWER).pk},
        "scope": {"pk": Scope.objects.create(name="Retail", conditions={"department": ["Retail"]}).pk},
        "connector": {"pk": connector.pk},
        "synchronised connector": {"connector_pk": connector.pk},
        "sync run": {"pk": SyncRun.objects.create(connector=connector, trigger=SyncRun.Trigger.MANUAL).pk},
        "credential": {"pk": make_credential("Shared").pk},
        "person": {"pk": account.person_id},
        "account": {"pk": account.person_id, "account_pk": account.pk},
        "action": {"pk": account.person_id, "account_pk": account.pk, "key": "disable_account"},
        "choice": {"pk": account.person_id, "account_pk": account.pk, "key": "set_manager", "name": "manager"},
        "run": {"pk": run.pk},
        "waiting run": {"pk": waiting.pk},
        "match": {"pk": Match.objects.create(email_key="adele@contoso.example").pk},
        "app": {"pk": begin_app(make_user()).pk},
        "way": {"kind": "app", "pk": begin_app(make_user()).pk},
        "sample": {"kind": "disable"},
    }


GHOSTS = {int: 999_999, uuid.UUID: uuid.UUID(int=0), str: "no-such-thing"}


def url_of(name, arguments):
    return reverse(name, kwargs=arguments[RULES[name].thing])


def ghost_url_of(name, things):
    """The address of a thing that does not exist."""
    return reverse(name, kwargs={key: GHOSTS[type(value)] for key, value in things[RULES[name].thing].items()})


@pytest.fixture
def clients():
    """Somebody signed in for each role, for none and for all."""
    signed_in = {}
    groups = {group.name: group for group in Group.objects.all()}
    for role in (*ROLES, NO_ROLE, SUPERUSER):
        user = User.objects.create(username=role.replace(" ", "-"), is_superuser=role == SUPERUSER)
        user.groups.set([groups[role]] if role in groups else [])
        signed_in[role] = Client()
        signed_in[role].force_login(user)
    return signed_in


def asks_to_sign_in(answer):
    return answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/?next=")


def sends_to_sign_in(answer):
    return answer.status_code == 302 and answer.headers["Location"] == "/sign-in/"


@pytest.mark.django_db
class TestAnonymous:
    @EVERY
    def test_is_asked_to_sign_in(self, client, name, things):
        rule, url = RULES[name], url_of(name, things)
        if rule.get is not ANYBODY and rule.post is not ANYBODY:
            assert asks_to_sign_in(client.get(url))
        if rule.post is not ANYBODY and rule.get is not ANYBODY:
            assert sends_to_sign_in(client.post(url))

    @EVERY
    def test_learns_nothing_about_what_exists(self, client, name, things):
        if RULES[name].thing:
            seen = client.get(url_of(name, things)), client.get(ghost_url_of(name, things))
            assert seen[0].status_code == seen[1].status_code
            assert seen[0].content == seen[1].content

    def test_meets_the_form_and_the_way_out(self, client):
        assert client.get("/sign-in/").status_code == 200
        assert client.post("/sign-in/").status_code == 200
        assert client.post("/sign-out/").status_code == 302


@pytest.mark.django_db
class TestWhoMayNot:
    @EVERY
    def test_is_refused_whatever_the_thing(self, clients, name, things):
        rule = RULES[name]
        for role, client in clients.items():
            for url in (url_of(name, things), ghost_url_of(name, things)):
                if rule.get is not NOBODY and role not in {*rule.get, SUPERUSER}:
                    assert client.get(url).status_code == 403, f"{role} may GET {url}"
                if rule.post is not NOBODY and role not in {*rule.post, SUPERUSER}:
                    assert client.post(url).status_code == 403, f"{role} may POST {url}"


@pytest.mark.django_db
class TestWhoMay:
    @EVERY
    def test_sees_the_page(self, clients, name, things):
        allowed = RULES[name].get
        if allowed is NOBODY:
            return
        for role in (allowed & clients.keys()) | {SUPERUSER}:
            answer = clients[role].get(url_of(name, things))
            wanted = NO_PAGES.get(name, 200)
            assert answer.status_code == wanted, f"{role} gets {answer.status_code} at {name}"
            assert not asks_to_sign_in(answer)

    @SENT
    def test_is_let_through(self, clients, name, things):
        """At the address of what does not exist, so that nothing is done; past the question who asks."""
        for role in (RULES[name].post & clients.keys()) | {SUPERUSER}:
            answer = clients[role].post(ghost_url_of(name, things))
            wanted = {404} if RULES[name].thing else {200, 204, 302}
            assert answer.status_code in wanted, f"{role} gets {answer.status_code} at {name}"


@pytest.mark.django_db
class TestEveryAddress:
    @EVERY
    def test_knows_its_methods_only(self, clients, name, things):
        rule, client, url = RULES[name], clients[SUPERUSER], ghost_url_of(name, things)
        if rule.get is NOBODY:
            assert client.get(url).status_code == 405
        if rule.post is NOBODY:
            assert client.post(url).status_code == 405
        if name == "access:sign_in":  # who is signed in is led on before anything else is asked
            client = Client()
        for method in ("put", "patch", "delete"):
            assert getattr(client, method)(url).status_code == 405

    @SENT
    def test_takes_no_form_without_its_token(self, name, things):
        if name == "csp_report":
            return  # browsers send it by themselves, and nothing is changed by it
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_user(is_superuser=True))
        answer = client.post(url_of(name, things))
        assert answer.status_code == 403
        assert "This page was open for too long" in answer.text

    @EVERY
    def test_is_kept_out_of_caches_and_frames(self, clients, name, things):
        answer = clients[SUPERUSER].get(url_of(name, things))
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
