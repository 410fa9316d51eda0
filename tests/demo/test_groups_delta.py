"""`groups/delta`: members in parts over many pages, what is told afterwards, and what is not."""

from collections import Counter

import pytest

from neurons_admin.demo.directory import Change, Directory
from neurons_admin.demo.groups_delta import GroupDelta
from neurons_admin.demo.odata import GraphError

from .clients import error
from .test_groups import add, members, remove

SELECT = "?$select=id,displayName,members"


def follow(client, url, **headers):
    """The rows of one round, page by page, and its delta link."""
    pages = []
    while True:
        page = client.get(url, headers=headers).json()
        pages.append(page["value"])
        assert ("@odata.nextLink" in page) != ("@odata.deltaLink" in page)
        if "@odata.deltaLink" in page:
            return pages, page["@odata.deltaLink"]
        url = page["@odata.nextLink"]


def latest(client):
    return client.get(f"/groups/delta{SELECT}&$deltatoken=latest").json()["@odata.deltaLink"]


def told(rows):
    """What the rows say of memberships: (group, member) and whether there is one."""
    return {(row["id"], entry["id"]): "@removed" not in entry for row in rows for entry in row.get("members@delta", ())}


def test_the_first_round_gives_every_group_and_every_member_once(read, groups):
    pages, _ = follow(read, f"/groups/delta{SELECT}")
    rows = [row for page in pages for row in page]
    assert {row["id"] for row in rows} == set(groups.values())
    entries = Counter((row["id"], entry["id"]) for row in rows for entry in row.get("members@delta", ()))
    assert set(entries.values()) == {1}
    for name in ("All employees", "SG Retail", "Board papers", "SG Commercial"):
        assert {member for group, member in entries if group == groups[name]} == members(read, groups[name])


def test_a_large_group_is_spread_over_pages_that_hold_so_many_and_no_more(read, control, groups):
    control.settings(page_size=60)
    pages, _ = follow(read, f"/groups/delta{SELECT}")
    holding = [page for page in pages if any(row["id"] == groups["All employees"] for row in page)]
    assert len(holding) > 2
    for page in pages:
        assert len({row["id"] for row in page}) == len(page)
        assert sum(len(row.get("members@delta", ())) for row in page if row["displayName"][:3] != "SG ") <= 60


@pytest.mark.parametrize("size", [1, 7, 999])
def test_pages_of_any_size_tell_the_same(read, size):
    whole, _ = follow(read, f"/groups/delta{SELECT}")
    pages, _ = follow(read, f"/groups/delta{SELECT}", Prefer=f"odata.maxpagesize={size}")
    assert told(row for page in pages for row in page) == told(row for page in whole for row in page)


def test_members_come_only_where_they_were_selected_or_nothing_was(read, groups):
    pages, link = follow(read, "/groups/delta?$select=displayName")
    rows = [row for page in pages for row in page]
    assert [set(row) for row in rows] == [{"id", "displayName"}] * len(groups)
    assert read.get(link).json()["value"] == []
    pages, _ = follow(read, "/groups/delta")
    rows = [row for page in pages for row in page]
    assert any("members@delta" in row for row in rows)
    assert "mailNickname" in rows[0]
    assert "membershipRule" not in next(row for row in rows if row["id"] == groups["SG Retail"])


def test_it_stays_with_the_groups_that_were_asked_for(act, ids, groups):
    wanted = f"id eq '{groups['SG Retail']}' or id eq '{groups['SG Finance']}'"
    pages, link = follow(act, f"/groups/delta{SELECT}&$filter={wanted}")
    assert {row["displayName"] for page in pages for row in page} == {"SG Retail", "SG Finance"}
    add(act, groups["SG Sales"], ids["adele"])
    add(act, groups["SG Finance"], ids["adele"])
    assert told(act.get(link).json()["value"]) == {(groups["SG Finance"], ids["adele"]): True}


def test_later_rounds_tell_only_what_changed(act, ids, groups):
    _, link = follow(act, f"/groups/delta{SELECT}")
    add(act, groups["SG Finance"], ids["adele"])
    remove(act, groups["SG Retail"], ids["adele"])
    page = act.get(link).json()
    rows = {row["id"]: row for row in page["value"]}
    entry = {"@odata.type": "#microsoft.graph.user", "id": ids["adele"]}
    assert rows == {
        groups["SG Finance"]: {"id": groups["SG Finance"], "displayName": "SG Finance", "members@delta": [entry]},
        groups["SG Retail"]: {
            "id": groups["SG Retail"],
            "displayName": "SG Retail",
            "members@delta": [entry | {"@removed": {"reason": "deleted"}}],
        },
    }
    assert act.get(page["@odata.deltaLink"]).json()["value"] == []


def test_a_later_round_has_pages_too_and_may_leave_properties_out(act, ids, groups):
    link = latest(act)
    people = [ids[key] for key in ("adele", "cjk", "mononym", "apostrophe", "disabled")]
    for person in people:
        add(act, groups["SG Finance"], person)
    pages, _ = follow(act, link, Prefer="odata.maxpagesize=2, return=minimal")
    assert [len(page[0]["members@delta"]) for page in pages] == [2, 2, 1]
    assert all(set(row) == {"id", "members@delta"} for page in pages for row in page)
    assert told(row for page in pages for row in page) == {(groups["SG Finance"], person): True for person in people}


def test_a_soft_deletion_is_not_told_and_a_purge_is(act, ids, groups):
    link = latest(act)
    act.delete(f"/users/{ids['adele']}")
    page = act.get(link).json()
    assert page["value"] == []
    act.delete(f"/directory/deletedItems/{ids['adele']}")
    gone = told(act.get(page["@odata.deltaLink"]).json()["value"])
    assert gone[groups["SG Retail"], ids["adele"]] is False
    assert gone[groups["All employees"], ids["adele"]] is False
    assert set(gone.values()) == {False}


def test_who_was_away_in_the_first_round_is_told_on_their_return(act, ids, groups):
    act.delete(f"/users/{ids['adele']}")
    pages, link = follow(act, f"/groups/delta{SELECT}")
    assert not any(member == ids["adele"] for page in pages for _, member in told(page))
    act.post(f"/directory/deletedItems/{ids['adele']}/restore")
    assert told(act.get(link).json()["value"])[groups["SG Retail"], ids["adele"]] is True


def test_a_dynamic_group_tells_what_its_rule_did(act, ids, groups):
    link = latest(act)
    act.patch(f"/users/{ids['adele']}", {"userType": "Guest"})
    act.patch(f"/users/{ids['cjk']}", {"department": "Finance"})
    assert told(act.get(link).json()["value"]) == {
        (groups["All employees"], ids["adele"]): False,
        (groups["All guests"], ids["adele"]): True,
    }


def test_memberships_are_no_change_of_a_user(act, ids, groups):
    link = act.get("/users/delta?$select=displayName&$deltatoken=latest").json()["@odata.deltaLink"]
    add(act, groups["SG Finance"], ids["adele"])
    assert act.get(link).json()["value"] == []


def test_links_that_expired_begin_again(read, control):
    link = latest(read)
    control.post("/delta/expire")
    answer = read.get(link)
    assert error(answer) == (410, "syncStateNotFound")
    assert answer.headers["Location"].endswith("/groups/delta?$deltatoken=")
    assert read.get(answer.headers["Location"]).ok


def test_a_token_too_old_to_be_opened_is_of_no_round():
    with pytest.raises(GraphError) as refusal:
        GroupDelta(Directory(200, 1)).resume(None)
    assert (refusal.value.status, refusal.value.code) == (410, "syncStateNotFound")


@pytest.mark.parametrize(
    ("of", "at"),
    [("/users/delta?$deltatoken=latest", "/groups/delta"), ("/groups/delta?$deltatoken=latest", "/users/delta")],
)
def test_a_link_of_one_is_no_link_of_the_other(read, of, at):
    token = read.get(of).json()["@odata.deltaLink"].partition("$deltatoken=")[2]
    assert error(read.get(f"{at}?$deltatoken={token}")) == (400, "Request_BadRequest")


def test_it_needs_the_right_to_read_groups(client, control):
    control.post("/apps/read", json={"permissions": ["User.Read.All"]})
    assert error(client("read").get("/groups/delta")) == (403, "Authorization_RequestDenied")
    assert error(client("act").get("/groups/delta?$top=5"))[0] == 400


def test_a_replica_that_lags_does_not_tell_yet(faulty):
    listed = faulty.read.get("/groups?$select=id,displayName").json()["value"]
    group = next(entry["id"] for entry in listed if entry["displayName"] == "SG Finance")
    link = latest(faulty.read)
    fault = faulty.fault("stale", seconds=60)
    add(faulty.act, group, faulty.adele)
    page = faulty.read.get(link).json()
    assert page["value"] == []
    pages, _ = follow(faulty.read, f"/groups/delta{SELECT}")
    assert (group, faulty.adele) not in told(row for rows in pages for row in rows)
    faulty.control.delete(f"/faults/{fault['id']}")
    assert told(faulty.read.get(page["@odata.deltaLink"]).json()["value"]) == {(group, faulty.adele): True}


def test_a_page_is_made_of_few_people_however_many_there_are():
    directory = Directory(100_000, 1)
    delta = GroupDelta(directory)
    looked_at = Counter()
    make = directory.population.make

    def counted(number):
        looked_at["users"] += 1
        return make(number)

    directory.population.make = counted
    page = delta.page(delta.first(("id", "members"), ()), 200)
    assert (page.is_last, looked_at["users"] < 500) == (False, True)
    papers = next(group for group in directory.groups.all.values() if group.properties["displayName"] == "Board papers")
    page = delta.page(delta.first(("id", "members"), (papers.id,)), 200)
    assert len(page.rows) == 1
    assert not page.is_last
    page = delta.page(page.next, 200)
    assert (page.rows, page.is_last) == ([], False)


def test_what_was_removed_and_added_again_is_told_as_it_is():
    directory = Directory(200, 1)
    delta = GroupDelta(directory)
    group = next(iter(directory.groups.all))
    person = directory.population.id_of("adele")
    bookmark = delta.latest(("id", "members"), ()).next
    for kind in ("join", "leave", "join"):
        directory.apply(Change(kind, person, "2026-01-01T00:00:00Z", group_id=group))
    page = delta.page(delta.resume(bookmark.as_json()), 200)
    assert [row.count(b"@removed") for row in page.rows] == [0]
