"""Memberships as a matter of state: effects, lagging replicas, lost answers, resets, restarts."""

from neurons_admin.demo.directory import Change, Directory
from neurons_admin.demo.ledger import Ledger

from .clients import Client
from .test_groups import add, members


def test_a_membership_is_an_effect_and_a_replica_may_lag_behind_it(faulty):
    listed = faulty.read.get("/groups?$select=id,displayName").json()["value"]
    group = next(entry["id"] for entry in listed if entry["displayName"] == "SG Finance")
    fault = faulty.fault("stale", seconds=60)
    assert add(faulty.act, group, faulty.adele).status_code == 204
    assert (faulty.last()["effect"], faulty.effects()) == (True, 1)
    assert faulty.adele not in members(faulty.read, group)
    faulty.control.delete(f"/faults/{fault['id']}")
    assert faulty.adele in members(faulty.read, group)
    assert add(faulty.act, group, faulty.adele).status_code == 400
    assert faulty.effects() == 1


def test_a_lost_answer_leaves_its_effect(faulty):
    listed = faulty.read.get("/groups?$select=id,displayName").json()["value"]
    group = next(entry["id"] for entry in listed if entry["displayName"] == "SG Finance")
    faulty.fault("status", status=504, applied=True, times=1, where={"path": "/groups/*/members/$ref"})
    assert add(faulty.act, group, faulty.adele).status_code == 504
    assert faulty.adele in members(Client(faulty.tenant, "read"), group)


def test_a_reset_brings_the_first_members_back(act, control, ids, groups):
    add(act, groups["SG Finance"], ids["adele"])
    control.post("/reset")
    assert ids["adele"] not in members(act, groups["SG Finance"])


def test_somebody_else_changes_members_behind_the_products_back(act, control, ids, groups):
    body = {"add": [ids["adele"]], "remove": [ids["restricted"]]}
    shown = control.post("/groups/SG%20Finance", json=body).json()
    assert ids["adele"] in shown["members"]
    assert set(shown["members"]) == members(act, groups["SG Finance"])
    assert control.get(f"/groups/{groups['SG Finance']}").json() == shown
    assert {group["id"] for group in control.get("/groups").json()} == set(groups.values())
    for path, wrong in ((groups["SG Finance"], {"members": []}), (groups["All employees"], body), ("nothing", body)):
        assert control.post(f"/groups/{path}", json=wrong).status_code in {400, 404}


def test_a_restart_finds_the_members_again(tmp_path):
    directory = Directory(200, 1)
    ledger = Ledger(tmp_path / "changes.jsonl", directory)
    by_name = {group.properties["displayName"]: group.id for group in directory.groups.all.values()}
    for kind, name in (("join", "SG Finance"), ("leave", "SG Retail")):
        directory.apply(Change(kind, directory.at(1).id, "2026-01-01T00:00:00Z", group_id=by_name[name]))
    ledger.close()
    again = Directory(200, 1)
    Ledger(tmp_path / "changes.jsonl", again).close()
    names = {group.properties["displayName"] for group in again.groups.direct(again.at(1))}
    assert "SG Finance" in names
    assert "SG Retail" not in names
