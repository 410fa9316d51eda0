"""The table of readiness: facts in, a verdict out."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from connectors import actions
from connectors.actions import Action, DisableAccount, EnableAccount, ResetPassword, RevokeSessions, Target
from connectors.readiness import Facts, facts_about, missing, verdict
from tests.factories import make_connector, make_credential

USER_ADMIN = "fe930be7-5e62-47db-91af-98c3a49a38b1"
PRIVILEGED_ROLE_ADMIN = "e8611ab8-c189-46e8-94e1-60213ab1f814"
EVERYTHING = frozenset(need.least for action in actions.ALL for need in action.needs) | {"User.ReadWrite.All"}
PERSON = Target(
    "id",
    "Adele Vance",
    "adele@contoso.example",
    enabled=True,
    synced=False,
    guest=False,
    directory_roles=frozenset(),
    in_role_group=False,
    restricted=False,
)
WELL = Facts(
    acting=True, offered=True, granted=EVERYTHING, roles=frozenset({USER_ADMIN}), credential_name="Contoso act"
)

every_action = pytest.mark.parametrize("action", actions.ALL, ids=lambda action: action.key)


@every_action
def test_all_granted_is_ready(action: type[Action]) -> None:
    answer = verdict(action, WELL)
    assert (answer.ready, answer.known, answer.reason, answer.cure) == (True, True, "", "")


@every_action
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"acting": False}, "does not act"),
        ({"offered": False}, "does not offer"),
        ({"problem": "The client secret has expired."}, "expired"),
        ({"objection": "Same app."}, "Same app"),
        ({"granted": frozenset()}, "Needs"),
        ({"granted": frozenset({"User.Read.All"})}, "Needs"),
        ({"granted": frozenset({"Directory.AccessAsUser.All"})}, "Needs"),
    ],
)
def test_what_stands_in_the_way_comes_with_a_cure(action: type[Action], changes: dict[str, Any], reason: str) -> None:
    person = replace(PERSON, removal="deleted") if action.for_deleted else PERSON
    answer = verdict(action, replace(WELL, **changes), person)
    assert not answer.ready
    assert reason in answer.reason
    assert answer.cure


@every_action
def test_never_checked_may_be_tried(action: type[Action]) -> None:
    answer = verdict(action, replace(WELL, granted=None, roles=frozenset()))
    assert (answer.ready, answer.known) == (True, False)
    assert "not been checked" in answer.reason


@pytest.mark.parametrize(
    ("action", "granted", "roles", "lacking"),
    [
        (DisableAccount, {"User.ReadWrite.All"}, set(), []),
        (DisableAccount, {"User.EnableDisableAccount.All", "User.Read.All"}, set(), []),
        (DisableAccount, {"User.EnableDisableAccount.All"}, set(), ["User.Read.All"]),
        (EnableAccount, {"Directory.ReadWrite.All"}, set(), ["User.EnableDisableAccount.All"]),
        (RevokeSessions, {"Directory.ReadWrite.All"}, set(), []),
        (RevokeSessions, {"User.RevokeSessions.All", "Directory.Read.All"}, set(), []),
        (RevokeSessions, {"User.Read.All"}, set(), ["User.RevokeSessions.All"]),
        (ResetPassword, EVERYTHING, {USER_ADMIN}, []),
        (ResetPassword, EVERYTHING, set(), ["the directory role User Administrator"]),
        (ResetPassword, EVERYTHING, {PRIVILEGED_ROLE_ADMIN}, ["the directory role User Administrator"]),
        (ResetPassword, {"User.ReadWrite.All", "Directory.ReadWrite.All"}, {USER_ADMIN},
         ["User-PasswordProfile.ReadWrite.All"]),
        (ResetPassword, set(), set(), ["User-PasswordProfile.ReadWrite.All", "User.Read.All",
                                       "the directory role User Administrator"]),
    ],
)  # fmt: skip
def test_what_is_missing(action: type[Action], granted: set[str], roles: set[str], lacking: list[str]) -> None:
    assert missing(action.needs, action.roles, granted, roles) == lacking
    answer = verdict(action, replace(WELL, granted=frozenset(granted), roles=frozenset(roles)))
    assert answer.ready == (not lacking)
    for name in lacking:
        assert name in answer.reason
        assert "Contoso act" in answer.reason


@pytest.mark.parametrize(
    ("action", "target", "ready"),
    [
        (ResetPassword, {"synced": True}, False),
        (ResetPassword, {"guest": True}, False),
        (RevokeSessions, {"guest": True}, False),
        (RevokeSessions, {"synced": True}, True),
        (DisableAccount, {"synced": True}, True),
        (DisableAccount, {"enabled": False}, False),
        (DisableAccount, {"enabled": None}, True),
        (EnableAccount, {}, False),
        (EnableAccount, {"enabled": False}, True),
        (EnableAccount, {"enabled": None}, True),
    ],
)
def test_the_target_has_a_say(action: type[Action], target: dict[str, Any], ready: bool) -> None:
    answer = verdict(action, WELL, replace(PERSON, **target))
    assert answer.ready == ready
    assert bool(answer.reason) == (not ready)


def test_whether_there_is_anything_to_do_can_be_left_to_the_directory() -> None:
    assert verdict(EnableAccount, WELL, PERSON, state_matters=False).ready
    assert not verdict(ResetPassword, WELL, replace(PERSON, synced=True), state_matters=False).ready


@pytest.mark.django_db
def test_the_facts_about_a_connector() -> None:
    connector = make_connector("Contoso", actions_withheld=["revoke_sessions"])
    facts = facts_about(connector, DisableAccount)
    assert (facts.acting, facts.offered, facts.credential_name) == (True, True, "Contoso act")
    assert facts.granted is not None
    assert "User.ReadWrite.All" in facts.granted
    assert not facts_about(connector, RevokeSessions).offered


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"active": False}, {"actions_enabled": False}, {"action_credential": None}])
def test_a_connector_that_does_not_act(changes: dict[str, Any]) -> None:
    connector = make_connector()
    for name, value in changes.items():
        setattr(connector, name, value)
    assert not facts_about(connector, DisableAccount).acting


@pytest.mark.django_db
def test_a_credential_never_checked_or_found_wanting() -> None:
    connector = make_connector(action_credential=make_credential("new"))
    assert facts_about(connector, DisableAccount).granted is None
    connector.action_credential = make_credential(
        "bad", checked_at=timezone.now(), check_code="expired_secret", check_message="The client secret has expired."
    )
    assert "expired" in facts_about(connector, DisableAccount).problem
