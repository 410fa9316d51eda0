"""Microsoft's two tables of who may act on whom, line by line."""

import pytest

from connectors import ranks
from connectors.actions import Target
from credentials.directory_roles import NAMES

BY_NAME = {name: role for role, name in NAMES.items()}
FOUR = "Authentication User PrivilegedAuthentication Global"
SIX = f"Password Helpdesk {FOUR}"
FIVE = f"Helpdesk {FOUR}"
USERS = "User PrivilegedAuthentication Global"
HIGHEST = "PrivilegedAuthentication Global"
SHORT = {
    "Password": ranks.PASSWORD,
    "Helpdesk": ranks.HELPDESK,
    "Authentication": ranks.AUTHENTICATION,
    "User": ranks.USER,
    "PrivilegedAuthentication": ranks.PRIVILEGED_AUTHENTICATION,
    "Global": ranks.GLOBAL,
}
# What the target holds; which roles of an application suffice for what is sensitive, and for passwords.
TABLE = (
    ("Directory Readers", FOUR, SIX),
    ("Guest Inviter", FOUR, SIX),
    ("Password Administrator", FOUR, SIX),
    ("Message Center Reader", FOUR, FIVE),
    ("Reports Reader", FOUR, FIVE),
    ("Usage Summary Reports Reader", FOUR, FIVE),
    ("Helpdesk Administrator", USERS, f"Helpdesk {USERS}"),
    ("Groups Administrator", USERS, USERS),
    ("User Administrator", USERS, USERS),
    ("Authentication Administrator", f"Authentication {HIGHEST}", f"Authentication {HIGHEST}"),
    ("Global Administrator", HIGHEST, HIGHEST),
    ("Privileged Authentication Administrator", HIGHEST, HIGHEST),
    ("Privileged Role Administrator", HIGHEST, HIGHEST),
    ("Exchange Administrator", HIGHEST, HIGHEST),
)


def target(*roles: str, known: bool = True, in_role_group: bool | None = False) -> Target:
    held = frozenset(roles) if known else None
    return Target("id", "Adele Vance", "adele@contoso.example", True, False, False,
                  directory_roles=held, in_role_group=in_role_group)  # fmt: skip


def suffices(column: ranks.Column, who: Target) -> set[str]:
    return {name for name, role in SHORT.items() if ranks.standing(column, who, {role}).suffices}


@pytest.mark.parametrize(("held", "sensitive", "password"), TABLE)
def test_a_line_of_the_table(held: str, sensitive: str, password: str) -> None:
    who = target(BY_NAME[held])
    assert suffices("sensitive", who) == set(sensitive.split())
    assert suffices("password", who) == set(password.split())
    assert ranks.standing("sensitive", who, ()).suffices is False


def test_a_custom_role_is_for_the_two_highest() -> None:
    who = target("00000000-1111-2222-3333-444444444444")
    assert suffices("sensitive", who) == suffices("password", who) == set(HIGHEST.split())


def test_of_several_roles_each_counts() -> None:
    who = target(ranks.USER, ranks.AUTHENTICATION)
    assert ranks.standing("sensitive", who, {ranks.USER}).suffices is False
    assert ranks.standing("sensitive", who, {ranks.USER, ranks.AUTHENTICATION}).suffices is True


def test_a_role_assignable_group_counts_for_those_without_a_role() -> None:
    assert suffices("password", target(in_role_group=True)) == set(HIGHEST.split())
    assert "User" in suffices("password", target(ranks.REPORTS_READER, in_role_group=True))


def test_somebody_without_any_role_is_anybodys() -> None:
    assert ranks.standing("sensitive", target(), ()).suffices is True


@pytest.mark.parametrize(
    "who", [target(known=False), target(in_role_group=None), target(known=False, in_role_group=None)]
)
def test_what_nobody_has_read_is_not_known(who: Target) -> None:
    assert ranks.standing("sensitive", who, {ranks.USER}).suffices is None
    assert ranks.standing("sensitive", who, {ranks.GLOBAL}).suffices is True


def test_a_role_that_is_only_known_to_be_held() -> None:
    who = target(ranks.UNKNOWN_ROLE)
    assert ranks.standing("sensitive", who, ()).suffices is False
    assert ranks.standing("sensitive", who, {ranks.USER}).suffices is None
    assert ranks.standing("sensitive", who, {ranks.GLOBAL}).suffices is True
