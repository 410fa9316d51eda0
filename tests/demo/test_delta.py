"""`users/delta`: rounds and pages, what triggers and what is told, removal, and tokens that end."""

import pytest

from neurons_admin.demo.delta import TOKEN_LIFE, Seal
from neurons_admin.demo.odata import GraphError

from .clients import error

SELECT = "?$select=displayName,department,accountEnabled,officeLocation,manager"


def follow(client, url, **headers):
    """All entries of one round, its pages, and its delta link."""
    entries, pages = [], 0
    while True:
        page = client.get(url, headers=headers).json()
        entries += page["value"]
        pages += 1
        assert ("@odata.nextLink" in page) != ("@odata.deltaLink" in page)
        if "@odata.deltaLink" in page:
            return entries, pages, page["@odata.deltaLink"]
        url = page["@odata.nextLink"]


def test_the_first_round_gives_everybody_once(read, control):
    control.settings(page_size=60)
    entries, pages, _ = follow(read, f"/users/delta{SELECT}")
    assert pages == 4
    assert len({entry["id"] for entry in entries}) == len(entries) == 200


@pytest.mark.parametrize(("prefer", "sizes"), [("50", 50), ("5000", 200), ("0", 200)])
def test_the_page_size_follows_prefer(read, prefer, sizes):
    answer = read.get(f"/users/delta{SELECT}", headers={"Prefer": f"odata.maxpagesize={prefer}"})
    assert len(answer.json()["value"]) == sizes


def test_prefer_is_not_carried_by_the_link(read, control):
    control.settings(page_size=70)
    answer = read.get(f"/users/delta{SELECT}", headers={"Prefer": "odata.maxpagesize=10"})
    assert answer.headers["Preference-Applied"] == "odata.maxpagesize=10"
    assert len(read.get(answer.json()["@odata.nextLink"]).json()["value"]) == 70


def test_up_to_999_a_page(read, control):
    control.post("/generate", json={"users": 1500})
    page = read.get(f"/users/delta{SELECT}", headers={"Prefer": "odata.maxpagesize=999"}).json()
    assert len(page["value"]) == 999


def test_never_set_is_absent_and_cleared_is_null(read, ids):
    entries, _, _ = follow(read, f"/users/delta{SELECT}")
    by_id = {entry["id"]: entry for entry in entries}
    assert "department" not in by_id[ids["bare"]]
    assert by_id[ids["cleared"]]["officeLocation"] is None
    assert by_id[ids["adele"]]["manager@delta"] == [{"@odata.type": "#microsoft.graph.user", "id": ids["president"]}]


def test_a_change_comes_with_the_next_round_and_only_then(read, act, ids):
    _, _, link = follow(read, f"/users/delta{SELECT}")
    assert follow(read, link)[0] == []
    act.patch(f"/users/{ids['adele']}", {"accountEnabled": False})
    act.patch(f"/users/{ids['adele']}", {"department": None})
    entries, _, following = follow(read, link)
    assert [(entry["id"], entry["accountEnabled"], entry["department"]) for entry in entries] == [
        (ids["adele"], False, None)
    ]
    assert entries[0]["displayName"] == "Adele Vance"
    assert follow(read, following)[0] == []
    assert follow(read, link)[0] == entries, "an old link can be asked again"


def test_a_change_during_the_first_round_comes_with_the_second(read, act, ids):
    page = read.get(f"/users/delta{SELECT}", headers={"Prefer": "odata.maxpagesize=100"}).json()
    act.patch(f"/users/{ids['adele']}", {"department": "Sales"})
    _, _, link = follow(read, page["@odata.nextLink"])
    assert [entry["department"] for entry in follow(read, link)[0]] == ["Sales"]


def test_unselected_changes_do_not_trigger(read, act, ids):
    _, _, link = follow(read, f"/users/delta{SELECT}")
    act.patch(f"/users/{ids['adele']}", {"city": "Kirkland"})
    assert follow(read, link)[0] == []


def test_without_select_an_account_going_off_is_never_told(read, act, ids):
    entries, _, link = follow(read, "/users/delta")
    assert "accountEnabled" not in entries[0]
    assert "jobTitle" in entries[0]
    act.patch(f"/users/{ids['adele']}", {"accountEnabled": False})
    assert follow(read, link)[0] == []


def test_return_minimal_gives_only_what_changed(read, act, ids):
    _, _, link = follow(read, f"/users/delta{SELECT}")
    act.patch(f"/users/{ids['adele']}", {"department": "Sales", "city": "Kirkland"})
    assert follow(read, link, Prefer="return=minimal")[0] == [{"department": "Sales", "id": ids["adele"]}]


def test_many_changes_come_in_pages(read, act, ids):
    _, _, link = follow(read, f"/users/delta{SELECT}")
    people = [ids[key] for key in ("adele", "megan", "namesake_1", "cjk", "adele")]
    for number, person in enumerate(people):
        assert act.patch(f"/users/{person}", {"department": f"Dept {number}"}).status_code == 204
    entries, pages, _ = follow(read, link, Prefer="odata.maxpagesize=2")
    assert pages == 3
    assert {entry["id"] for entry in entries} == set(people)
    assert next(entry for entry in reversed(entries) if entry["id"] == ids["adele"])["department"] == "Dept 4"


def test_removed_restored_and_gone_for_good(read, control, ids):
    _, _, link = follow(read, f"/users/delta{SELECT}")
    control.delete(f"/users/{ids['adele']}")
    removed, _, link = follow(read, link)
    assert removed == [{"id": ids["adele"], "@removed": {"reason": "changed"}}]
    control.post(f"/users/{ids['adele']}/restore")
    restored, _, link = follow(read, link)
    assert restored[0]["displayName"] == "Adele Vance"
    control.delete(f"/users/{ids['adele']}?purge=1")
    gone, _, link = follow(read, link)
    assert gone == [{"id": ids["adele"], "@removed": {"reason": "deleted"}}]
    assert follow(read, link)[0] == []


def test_the_first_round_tells_of_the_deleted_but_not_of_the_purged(read, control, ids):
    control.delete(f"/users/{ids['adele']}")
    control.delete(f"/users/{ids['megan']}?purge=1")
    entries, _, _ = follow(read, f"/users/delta{SELECT}")
    assert {"id": ids["adele"], "@removed": {"reason": "changed"}} in entries
    assert ids["megan"] not in {entry["id"] for entry in entries}


def test_latest_starts_from_now(read, act, ids):
    entries, pages, link = follow(read, f"/users/delta{SELECT}&$deltatoken=latest")
    assert (entries, pages) == ([], 1)
    act.patch(f"/users/{ids['adele']}", {"department": "Sales"})
    assert [entry["id"] for entry in follow(read, link)[0]] == [ids["adele"]]


def test_a_filter_by_ids(read, act, ids):
    wanted = f"id eq '{ids['adele']}' or id eq '{ids['megan']}'"
    entries, _, link = follow(read, f"/users/delta{SELECT}&$filter={wanted}")
    assert {entry["id"] for entry in entries} == {ids["adele"], ids["megan"]}
    act.patch(f"/users/{ids['namesake_1']}", {"department": "Sales"})
    act.patch(f"/users/{ids['megan']}", {"department": "Sales"})
    assert [entry["id"] for entry in follow(read, link)[0]] == [ids["megan"]]
    assert error(read.get("/users/delta?$filter=department eq 'IT'"))[0] == 400
    many = " or ".join(["id eq 'x'"] * 51)
    assert error(read.get(f"/users/delta?$filter={many}"))[0] == 400


@pytest.mark.parametrize("query", ["$top=5", "$expand=manager", "$orderby=displayName", "$skip=1", "$select=nonsense"])
def test_what_delta_does_not_have(read, query):
    assert error(read.get(f"/users/delta?{query}"))[0] == 400


def test_an_expired_token_is_410_with_a_place_to_begin_again(read, control, tenant):
    page = read.get(f"/users/delta{SELECT}", headers={"Prefer": "odata.maxpagesize=100"}).json()
    _, _, link = follow(read, page["@odata.nextLink"])
    control.post("/delta/expire")
    for old in (link, page["@odata.nextLink"]):
        answer = read.get(old)
        assert error(answer) == (410, "syncStateNotFound")
        assert answer.headers["Location"] == f"{tenant['graph_url']}/users/delta?$deltatoken="
    assert len(follow(read, answer.headers["Location"])[0]) == 200


@pytest.mark.parametrize("action", ["/generate", "/reset"])
def test_other_people_end_all_tokens(read, control, action):
    _, _, link = follow(read, f"/users/delta{SELECT}")
    control.post(action, json={"users": 300})
    assert error(read.get(link)) == (410, "syncStateNotFound")


def test_a_token_that_was_never_ours(read, tenant):
    for token in ("rubbish", "%00", "gAAAAABmAAAA"):
        assert error(read.get(f"/users/delta?$deltatoken={token}")) == (400, "Request_BadRequest")


def test_a_token_lives_for_seven_days(tmp_path):
    seal = Seal(tmp_path / "key")
    token = seal.close({"a": 1}, 1_800_000_000)
    assert seal.open(token, 1_800_000_000 + TOKEN_LIFE) == {"a": 1}
    assert seal.open(token, 1_800_000_000 + TOKEN_LIFE + 1) is None
    with pytest.raises(GraphError):
        seal.open(token[:-4] + "AAAA", 1_800_000_000)
