"""What is read beside people: groups with their members, products, holders of roles, devices; each by itself."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from connectors import sync
from connectors.graph import NotThere, Refused, StartOver, TryLater
from connectors.models import Connector, SyncRun
from people.models import Account, Device, Group, Licence, Membership
from tests.factories import make_connector
from tests.fakes import Crash, FakeReader
from tests.rounds import (
    THREE_PAGES,
    Sink,
    State,
    begin,
    carry_out,
    delta_of,
    go_on,
    object_id,
    page,
    removed,
    told,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page_a_batch", "no_threads_left")]


def member(number: int, *, gone: bool = False) -> dict[str, Any]:
    told = {"@odata.type": "#microsoft.graph.user", "id": object_id(number)}
    return {**told, "@removed": {"reason": "deleted"}} if gone else told


def group(number: int, *members: dict[str, Any], **properties: Any) -> dict[str, Any]:
    told = {"members@delta": list(members)} if members else {}
    return {
        "id": object_id(100 + number),
        "displayName": f"Group {number}",
        "securityEnabled": True,
        **told,
        **properties,
    }


def members() -> dict[str, set[int]]:
    """The members of the groups that are there, by the numbers of both."""
    found: dict[str, set[int]] = {name: set() for name in Group.objects.present().values_list("name", flat=True)}
    for name, who in Membership.objects.filter(group__removed_at=None).values_list("group__name", "member_id"):
        found[name].add(int(str(who)[-12:]))
    return found


GROUPS = {
    **THREE_PAGES,
    "groups": page(group(1, member(1), member(2)), group(2, member(3)), following="groups-2"),
    "groups-2": page(group(1, member(4)), group(3), following="groups-3"),
    "groups-3": page(group(1, member(2, gone=True)), delta="groups-delta-1"),
}
AS_READ = {"Group 1": {1, 4}, "Group 2": {3}, "Group 3": set()}


def groups_delta_of(connector: Connector) -> str:
    return Connector.objects.get(pk=connector.pk).groups_delta_link.reveal()


def test_members_that_come_in_parts_add_up(contoso: Connector, reads: Any) -> None:
    reads(GROUPS)
    run = carry_out(contoso)
    assert (run.state, members()) == (State.SUCCEEDED, AS_READ)
    assert (delta_of(contoso), groups_delta_of(contoso)) == ("delta-1", "groups-delta-1")
    assert told(run, "groups") == {
        "read": 5,
        "added": 3,
        "changed": 2,
        "removed": 0,
        "full": True,
        "note": "",
    }
    assert (run.read, run.added, run.pages) == (5, 5, 3)


@pytest.mark.parametrize("point", ["before", "after"])
@pytest.mark.parametrize("at", range(1, 7))
def test_killed_at_any_page_of_people_or_groups_it_ends_the_same(
    contoso: Connector, reads: Any, at: int, point: str
) -> None:
    reader = reads(GROUPS)

    def die(number: int) -> None:
        if number == at:
            raise Crash

    run = begin(contoso)
    with pytest.raises(Crash):
        sync.carry_out(run.pk, Sink(**{point: die}))
    reader.asked.clear()
    go_on(run)
    assert reader.asked[0] == ("first", "page-2", "page-3", "groups", "groups-2", "groups-3")[at - 1]
    assert (run.state, members()) == (State.SUCCEEDED, AS_READ)
    assert (run.read, run.added, run.counts["groups"]["read"]) == (5, 5, 5)
    assert (delta_of(contoso), groups_delta_of(contoso)) == ("delta-1", "groups-delta-1")


def test_a_round_of_changes_of_groups(contoso: Connector, reads: Any) -> None:
    reader = reads(GROUPS)
    carry_out(contoso)
    reader.scripted["delta-1"] = page(delta="delta-2")
    reader.scripted["groups-delta-1"] = page(
        {"id": object_id(101), "members@delta": [member(1, gone=True), member(5)]},
        group(2, displayName="Group 2"),
        {"id": object_id(103), "@removed": {"reason": "changed"}},
        delta="groups-delta-2",
    )
    run = carry_out(contoso)
    assert members() == {"Group 1": {4, 5}, "Group 2": {3}}
    assert told(run, "groups") == {
        "read": 3,
        "added": 0,
        "changed": 1,
        "removed": 1,
        "full": False,
        "note": "",
    }


@pytest.mark.parametrize(("reason", "kept"), [("changed", {1, 4}), ("deleted", set())])
def test_a_group_that_was_deleted_and_comes_back(contoso: Connector, reads: Any, reason: str, kept: set[int]) -> None:
    reader = reads(GROUPS)
    carry_out(contoso)
    reader.scripted["delta-1"] = page(delta="delta-1")
    reader.scripted["groups-delta-1"] = page(removed(101, reason), delta="groups-delta-2")
    reader.scripted["groups-delta-2"] = page(group(1), delta="groups-delta-3")
    assert carry_out(contoso).counts["groups"]["removed"] == 1
    assert "Group 1" not in members()
    assert carry_out(contoso).counts["groups"]["changed"] == 1
    assert members()["Group 1"] == kept


def test_groups_that_have_expired_are_read_anew_by_themselves(contoso: Connector, reads: Any) -> None:
    reader = reads(GROUPS)
    carry_out(contoso)
    reader.scripted |= {
        "delta-1": page(user(1, city="Bonn"), delta="delta-2"),
        "groups-delta-1": StartOver("Expired.", code="syncStateNotFound"),
        "groups-2": page(group(1, member(4)), delta="groups-delta-2"),
        "groups": page(group(1, member(2)), following="groups-2"),
    }
    seen: list[Any] = []
    run = carry_out(contoso, Sink(before=lambda _: seen.append(members())))
    assert reader.asked[-4:] == ["delta-1", "groups-delta-1", "groups", "groups-2"]
    assert seen[-1]["Group 2"] == {3}
    assert members() == {"Group 1": {2, 4}}
    assert (run.state, run.full, run.counts["groups"]["removed"]) == (State.SUCCEEDED, False, 2)
    assert (delta_of(contoso), groups_delta_of(contoso)) == ("delta-2", "groups-delta-2")


REFUSED = Refused("Insufficient privileges.", code="Authorization_RequestDenied", status=403)


@pytest.mark.parametrize("error", [REFUSED, NotThere("No such thing.", status=404)])
@pytest.mark.parametrize("key", ["groups", "licences", "roles", "devices"])
def test_what_may_not_be_read_is_left_out_and_said(contoso: Connector, reads: Any, key: str, error: Exception) -> None:
    reads({**GROUPS, key: error})
    run = carry_out(contoso)
    assert (run.state, run.added) == (State.SUCCEEDED, 5)
    notes = {name: counts["note"] for name, counts in run.counts.items() if counts["note"]}
    assert list(notes) == [key]
    assert "were not read:" in notes[key]
    assert ("may lack" in notes[key]) == (error is REFUSED)
    assert members() == ({} if key == "groups" else AS_READ)
    assert Account.objects.filter(in_role_group=None).exists() == (key == "groups")
    assert Account.objects.filter(directory_roles=None).exists() == (key == "roles")


def test_people_who_may_not_be_read_are_the_end(contoso: Connector, reads: Any) -> None:
    reader = reads({**GROUPS, "first": REFUSED})
    assert (carry_out(contoso).state, reader.asked) == (State.FAILED, ["first"])


def test_a_busy_directory_is_asked_again_for_groups_only(contoso: Connector, reads: Any) -> None:
    reader = reads({**GROUPS, "groups-2": TryLater("Busy.", code="busy")})
    run = carry_out(contoso)
    assert (run.state, run.stream, run.now_read, run.now_reading) == (State.QUEUED, "groups", 2, "groups")
    assert delta_of(contoso) == "delta-1"
    reader.scripted["groups-2"] = GROUPS["groups-2"]
    reader.asked.clear()
    assert (go_on(run).state, reader.asked[0], members()) == (State.SUCCEEDED, "groups-2", AS_READ)


def test_what_is_switched_off_is_not_asked_for(contoso: Connector, reads: Any) -> None:
    reader = reads({**GROUPS, "devices": page(), "licences": page(), "roles": page()})
    switches = ["import_groups", "import_licences", "import_devices", "import_roles"]
    Connector.objects.update(**dict.fromkeys(switches, False))
    run = carry_out(contoso)
    assert (run.state, reader.asked) == (State.SUCCEEDED, ["first", "page-2", "page-3"])
    assert [row["name"] for row in run.rows] == ["People"]
    Connector.objects.update(import_groups=True)
    reader.scripted["delta-1"] = page()
    run = carry_out(contoso)
    assert (run.full, members()) == (False, AS_READ)


def test_a_manager_of_whom_nothing_is_said_stays(contoso: Connector, reads: Any) -> None:
    def manager(number: int, *, gone: bool = False) -> dict[str, Any]:
        return {"manager@delta": [member(number, gone=gone)]}

    def managers() -> list[int]:
        found = Account.objects.order_by("object_id").values_list("manager_id", flat=True)
        return [int(str(one)[-12:]) if one else 0 for one in found]

    reader = reads({"first": page(user(1, **manager(3)), following="2"), "2": page(user(1), user(2, **manager(3)))})
    carry_out(contoso)
    assert managers() == [3, 3]
    reader.scripted["delta-1"] = page(user(1, city="Bonn"), user(2, **manager(3, gone=True)))
    assert carry_out(contoso).changed == 2
    assert managers() == [3, 0]
    told = {"manager@delta": [member(3, gone=True), member(2)]}
    reader.scripted["delta-1"] = page(user(1, **told), user(1, city="Bonn"))
    carry_out(contoso)
    assert managers() == [2, 0]
    Connector.objects.update(delta_link="")
    reader.scripted["first"] = page(user(1), user(2))
    run = carry_out(contoso)
    assert (managers(), run.full, run.changed) == ([0, 0], True, 1)


SKU = {
    "skuId": object_id(900),
    "skuPartNumber": "E5",
    "consumedUnits": 7,
    "prepaidUnits": {"enabled": 10, "warning": 1},
}
DEVICE = {"id": object_id(800), "displayName": "LAPTOP", "registeredOwners": [{"id": object_id(1)}], "isManaged": True}


def test_lists_are_as_they_were_read_last(contoso: Connector, reads: Any) -> None:
    plain = {"value": [SKU, {**SKU, "skuId": object_id(901)}]}
    first, second = {"value": [DEVICE], "@odata.nextLink": "d2"}, {"value": [{"id": object_id(801)}]}
    reader = reads({**THREE_PAGES, "licences": plain, "devices": first, "d2": second})
    run = carry_out(contoso)
    assert (run.counts["licences"]["added"], run.counts["devices"]["added"]) == (2, 2)
    assert Licence.objects.get(sku_id=object_id(900)).as_facts().left == 3
    device = Device.objects.get(name="LAPTOP")
    assert (str(device.owner_id), device.managed, device.compliant) == (object_id(1), True, None)
    reader.scripted |= {
        "delta-1": page(),
        "licences": {"value": [{**SKU, "consumedUnits": 8}]},
        "devices": {"value": [{**DEVICE, "isManaged": False}]},
    }
    run = carry_out(contoso)
    assert [run.counts["licences"][name] for name in ("added", "changed", "removed")] == [0, 1, 1]
    assert [run.counts["devices"][name] for name in ("added", "changed", "removed")] == [0, 1, 1]
    assert (Licence.objects.get().consumed, Device.objects.get().managed) == (8, False)


def holders(**members_of: list[dict[str, Any]]) -> dict[str, Any]:
    roles = {"value": [{"id": name, "roleTemplateId": f"template-{name}"} for name in members_of]}
    return {"roles": roles} | {f"/directoryRoles/{name}/members": {"value": who} for name, who in members_of.items()}


def test_roles_are_held_by_people_and_through_groups(contoso: Connector, reads: Any) -> None:
    held = {"@odata.type": "#microsoft.graph.group", "id": object_id(101)}
    groups = {"groups": page(group(1, member(2), member(3), isAssignableToRole=True))}
    reader = reads({**THREE_PAGES, **groups, **holders(ga=[member(1), held], ua=[member(2)])})
    run = carry_out(contoso)

    def said() -> list[tuple[Any, Any]]:
        return list(Account.objects.order_by("object_id").values_list("directory_roles", "in_role_group"))

    ga, ua = "template-ga", "template-ua"
    assert said() == [([ga], False), ([ga, ua], True), ([ga], True), ([], False), ([], False)]
    assert run.counts["roles"]["changed"] == 5
    reader.scripted |= {"delta-1": page(), **holders(ga=[member(1)])}
    reader.scripted["groups-nothing"] = page()
    counts = carry_out(contoso).counts["roles"]
    assert (counts["changed"], counts["removed"]) == (0, 2)
    assert said()[1:3] == [([], True), ([], True)]


def test_roles_held_through_groups_that_are_not_known_leave_it_unknown(contoso: Connector, reads: Any) -> None:
    held = {"@odata.type": "#microsoft.graph.group", "id": object_id(101)}
    reads({**THREE_PAGES, "groups": REFUSED, **holders(ga=[member(1), held])})
    carry_out(contoso)
    roles = list(Account.objects.order_by("object_id").values_list("directory_roles", flat=True))
    assert roles == [["template-ga"], None, None, None, None]


changes_of_members = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4), st.booleans()), max_size=30)


class AnyHistory(TestCase):
    """Whatever happens to memberships, on however many pages and in however many rounds: the end is what was told."""

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(history=changes_of_members, size=st.integers(1, 4), rounds=st.integers(1, 3), weight=st.integers(1, 9))
    def test_any_history(self, history: list[tuple[int, int, bool]], size: int, rounds: int, weight: int) -> None:
        truth: dict[str, set[int]] = {}
        entries = []
        for number, who, joins in history:
            of_group = truth.setdefault(f"Group {number}", set())
            (of_group.add if joins else of_group.discard)(who)
            entries.append(group(number, member(who, gone=not joins)))
        share = -(-len(entries) // rounds) or 1
        pages: dict[str, Any] = {"first": page(), "delta-1": page()}
        for turn in range(rounds):
            told = entries[turn * share : (turn + 1) * share]
            parts = [told[start : start + size] for start in range(0, len(told), size)] or [[]]
            for place, part in enumerate(parts):
                name = ("groups" if turn == 0 else f"round-{turn}") if place == 0 else f"{turn}-{place}"
                last = place == len(parts) - 1
                pages[name] = page(*part, following="" if last else f"{turn}-{place + 1}", delta=f"round-{turn + 1}")
        connector = make_connector("Any")
        reader = FakeReader(pages)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Connector, "graph_for_sync", lambda self: reader)
            patch.setattr(sync.engine, "ROWS_A_BATCH", weight)
            for _ in range(rounds):
                assert carry_out(connector).state == SyncRun.State.SUCCEEDED
        assert members() == truth
