"""Devices: who has which, reading them in pages, and what an app may see of them."""

import time

from neurons_admin.demo.devices import Devices

from .clients import error

DEVICE = "microsoft.graph.device"
DENIED = (403, "Authorization_RequestDenied")
UNKNOWN = "11111111-2222-4333-8444-555555555555"


def test_a_users_devices(read, ids):
    found = read.get(f"/users/{ids['adele']}/registeredDevices").json()["value"]
    assert len(found) == 2
    assert {entry["@odata.type"] for entry in found} == {f"#{DEVICE}"}
    assert all(entry["displayName"] and entry["operatingSystem"] and entry["deviceId"] for entry in found)
    owned = read.get(f"/users/{ids['adele']}/ownedDevices/{DEVICE}?$select=id,displayName,isCompliant").json()["value"]
    assert [entry["id"] for entry in owned] == [entry["id"] for entry in found]
    assert set(owned[0]) == {"id", "displayName", "isCompliant"}
    assert read.get(f"/users/{ids['bare']}/registeredDevices").json()["value"] == []
    assert error(read.get(f"/users/{ids['adele']}/ownedDevices/microsoft.graph.user"))[0] == 400


def test_one_device(read, ids):
    first = read.get(f"/users/{ids['adele']}/ownedDevices/{DEVICE}").json()["value"][0]
    found = read.get(f"/devices/{first['id'].upper()}").json()
    assert first.items() <= found.items()
    for device_id in (UNKNOWN, "x", first["id"][:-1] + "z", ids["adele"]):
        assert error(read.get(f"/devices/{device_id}")) == (404, "Request_ResourceNotFound")


def test_all_devices_in_pages_with_their_owners(read, ids):
    seen, url = {}, "/devices?$select=id,displayName&$expand=registeredOwners($select=id)&$top=50"
    while url:
        page = read.get(url).json()
        assert len(page["value"]) <= 50
        for entry in page["value"]:
            assert set(entry) == {"id", "displayName", "registeredOwners"}
            seen[entry["id"]] = [owner["id"] for owner in entry["registeredOwners"]]
        url = page.get("@odata.nextLink")
    assert len(seen) == len(read.get("/devices?$top=999").json()["value"])
    mine = read.get(f"/users/{ids['megan']}/registeredDevices/{DEVICE}").json()["value"]
    assert [device_id for device_id, owners in seen.items() if owners == [ids["megan"]]] == [
        entry["id"] for entry in mine
    ]


def test_a_device_outlives_its_owners_account(read, act, ids):
    device = read.get(f"/users/{ids['adele']}/registeredDevices/{DEVICE}").json()["value"][0]
    act.delete(f"/users/{ids['adele']}")
    listed = read.get("/devices?$expand=registeredOwners&$top=999").json()["value"]
    assert next(entry["registeredOwners"] for entry in listed if entry["id"] == device["id"]) == []
    assert read.get(f"/devices/{device['id']}").status_code == 200


def test_a_filter(read):
    found = read.get("/devices?$filter=operatingSystem eq 'Windows'&$top=999").json()["value"]
    assert {entry["operatingSystem"] for entry in found} == {"Windows"}


def test_what_is_not_understood(read):
    for query in ("$expand=memberOf", "$select=colour", "$top=1000", "$skip=5", "$search=x"):
        assert error(read.get(f"/devices?{query}"))[0] == 400, query


def test_what_an_app_may_see(client, control, ids):
    control.post("/apps/weak", json={"permissions": ["User.Read.All"]})
    weak = client("weak")
    assert error(weak.get("/devices")) == DENIED
    for entry in weak.get(f"/users/{ids['adele']}/registeredDevices").json()["value"]:
        assert {name for name, value in entry.items() if value is not None} == {"@odata.type", "id"}
    control.post("/apps/weak", json={"permissions": ["Device.Read.All"]})
    weak = client("weak")
    assert weak.get("/devices?$top=1").status_code == 200
    assert error(weak.get(f"/users/{ids['adele']}/registeredDevices")) == DENIED


def test_the_devices_of_a_hundred_thousand_people_cost_nothing_until_asked():
    began = time.perf_counter()
    devices = Devices(100_000, 1)
    last = devices.of(99_998) + devices.of(99_999) + devices.of(99_997)
    assert all(devices.find(device["id"]) is not None for device in last)
    assert time.perf_counter() - began < 0.5


def test_the_same_seed_makes_the_same_devices():
    assert Devices(100, 1).of(1) == Devices(1000, 1).of(1) != Devices(100, 2).of(1)
    everything = [device["id"] for _, device in Devices(500, 1).after(0)]
    assert len(set(everything)) == len(everything) > 400
