"""Where a batch ends is a matter of timing: what is stored is the same, each entry by itself or all of them at once."""

from typing import Any

import pytest

from connectors.models import Connector
from connectors.sync import engine
from people.models import Account, Group, Membership
from tests.rounds import carry_out, object_id, page, removed, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_threads_left")]
Entry = dict[str, Any]


def managed(number: int, manager: int, **properties: Any) -> Entry:
    return user(number, manager={"id": object_id(manager)}, **properties)


def group(*members: int, left: int = 0, **properties: Any) -> Entry:
    told = [{"id": object_id(number)} for number in members]
    gone = [{"id": object_id(left), "@removed": {"reason": "deleted"}}] if left else []
    return {"id": object_id(101), "displayName": "Sales", "members@delta": told + gone, **properties}


def split(entries: list[Entry], first: str, delta: str) -> dict[str, Entry]:
    """Each entry on a page of its own."""
    links = [first, *(f"{first}-{number}" for number in range(1, len(entries))), ""]
    pairs = zip(links, links[1:], entries, strict=False)
    return {link: page(entry, following=after, delta="" if after else delta) for link, after, entry in pairs}


@pytest.fixture(params=["split", "at once"])
def tell(request: Any, contoso: Connector, reads: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two rounds; the second tells these entries of people, and these of groups."""
    monkeypatch.setattr(engine, "ROWS_A_BATCH", 1)
    apart = request.param == "split"

    def pages(entries: list[Entry], first: str, delta: str) -> dict[str, Entry]:
        return split(entries, first, delta) if apart and entries else {first: page(*entries, delta=delta)}

    def tell(*people: Entry, groups: tuple[Entry, ...] = (), full: bool = False) -> None:
        known = {"first": page(managed(1, 2), user(2), user(3)), "groups": page(group(1), delta="groups-1")}
        reader = reads(known)
        carry_out(contoso)
        if full:
            Connector.objects.update(delta_link="", groups_delta_link="")
        reader.scripted = {
            **pages([*people], "first" if full else "delta-1", "delta-2"),
            **pages([*groups], "groups" if full else "groups-1", "groups-2"),
        }
        contoso.refresh_from_db()
        assert carry_out(contoso).full is full

    return tell


def adele() -> tuple[str, int, str]:
    """The name, the manager and the removal of the first of them."""
    account = Account.objects.get(object_id=object_id(1))
    return account.display_name, int(str(account.manager_id)[-12:]) if account.manager_id else 0, account.removal


def sales() -> tuple[str, set[int], bool]:
    """The name, the members, and whether it is there."""
    kept = Group.objects.get()
    members = Membership.objects.filter(group=kept).values_list("member_id", flat=True)
    return kept.name, {int(str(member)[-12:]) for member in members}, kept.removed_at is None


@pytest.mark.parametrize(("reason", "removal"), [("changed", "deleted"), ("deleted", "gone")])
def test_somebody_renamed_and_removed_keeps_the_last_name_and_manager(tell: Any, reason: str, removal: str) -> None:
    tell(managed(1, 3, displayName="Renamed"), removed(1, reason))
    assert adele() == ("Renamed", 3, removal)


def test_somebody_who_is_restored_keeps_the_manager_of_before(tell: Any) -> None:
    tell(managed(1, 3), removed(1), user(1))
    assert adele() == ("Bianca 1", 3, "")


def test_somebody_left_out_for_a_while_comes_back_with_the_manager_told_meanwhile(tell: Any) -> None:
    Connector.objects.update(import_guests=False)
    tell(user(1, userType="Guest"), managed(1, 3, userType="Guest"), user(1))
    assert adele() == ("Bianca 1", 3, "")


def test_the_manager_of_somebody_left_out_is_kept_up_to_date(tell: Any) -> None:
    Connector.objects.update(import_guests=False)
    tell(managed(1, 3), user(1, userType="Guest", manager=None))
    assert adele() == ("Bianca 1", 0, "excluded")


def test_somebody_who_came_and_went_is_known_as_removed(tell: Any) -> None:
    tell(user(7), removed(7))
    assert Account.objects.get(object_id=object_id(7)).removal == "deleted"


def test_a_full_round_without_a_word_of_a_manager_means_none_after_a_removal_too(tell: Any) -> None:
    tell(removed(1), user(1), user(2), user(3), full=True)
    assert adele() == ("Bianca 1", 0, "")


def test_a_group_renamed_joined_and_removed_keeps_the_last_name_and_members(tell: Any) -> None:
    tell(groups=(group(2, displayName="Renamed"), removed(101)))
    assert sales() == ("Renamed", {1, 2}, False)


def test_a_group_that_is_restored_keeps_the_members_of_before(tell: Any) -> None:
    tell(groups=(group(2, left=1), removed(101), group()))
    assert sales() == ("Sales", {2}, True)


def test_a_group_that_is_gone_for_good_has_the_last_name_and_no_members(tell: Any) -> None:
    tell(groups=(group(2, displayName="Renamed"), removed(101, "deleted")))
    assert sales() == ("Renamed", set(), False)


def test_of_a_group_that_was_gone_only_those_are_members_who_joined_after(tell: Any) -> None:
    tell(groups=(group(2), removed(101, "deleted"), group(3)))
    assert sales() == ("Sales", {3}, True)
