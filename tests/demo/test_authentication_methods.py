"""Authentication methods: who has which, their end one by one, and temporary access passes."""

import pytest

from neurons_admin.demo import methods
from neurons_admin.demo.licences import E3, F3
from neurons_admin.demo.methods import AUTHENTICATOR, EMAIL, FIDO2, KINDS, PASS, PASSWORD, PASSWORD_ID, PHONE, PLATFORM
from neurons_admin.demo.server import running

from .clients import Client, error

DENIED = (403, "Authorization_RequestDenied")
GONE = (404, "Request_ResourceNotFound")
UNKNOWN = "11111111-2222-4333-8444-555555555555"


def of(app, user_id):
    """The user's methods by the last part of their type's name."""
    listed = app.get(f"/users/{user_id}/authentication/methods").json()["value"]
    return {entry["@odata.type"].removeprefix("#microsoft.graph."): entry for entry in listed}


def path(user_id, collection, method_id=""):
    return f"/users/{user_id}/authentication/{collection}/{method_id}".rstrip("/")


def make_pass(app, user_id, **options):
    return app.post(path(user_id, PASS), json=options)


def test_methods_of_all_sorts_are_told_with_their_types(full, ids):
    found = of(full, ids["adele"])
    assert set(found) == {KINDS[name].type_name for name in (PASSWORD, PHONE, AUTHENTICATOR, EMAIL)}
    assert found["passwordAuthenticationMethod"]["id"] == PASSWORD_ID
    assert found["passwordAuthenticationMethod"]["password"] is None
    assert found["phoneAuthenticationMethod"]["phoneNumber"].startswith("+1 425")
    assert of(full, ids["bare"]).keys() == {"passwordAuthenticationMethod"}
    assert len(of(full, ids["apostrophe"])) == len(KINDS) - 1


@pytest.mark.parametrize("collection", [name for name in KINDS if name != PASS])
def test_each_sort_has_a_collection_of_its_own(full, ids, collection):
    listed = full.get(path(ids["apostrophe"], collection)).json()["value"]
    assert len(listed) == 1
    one = full.get(path(ids["apostrophe"], collection, listed[0]["id"])).json()
    assert one.items() >= listed[0].items()
    assert (
        full.get(path(ids["apostrophe"], "methods", listed[0]["id"]))
        .json()["@odata.type"]
        .endswith(KINDS[collection].type_name)
    )


def test_a_method_is_deleted_through_its_collection(full, control, ids):
    phone = of(full, ids["adele"])["phoneAuthenticationMethod"]
    assert error(full.delete(path(ids["adele"], EMAIL, phone["id"]))) == GONE
    assert full.delete(path(ids["adele"], PHONE, phone["id"])).status_code == 204
    assert error(full.delete(path(ids["adele"], PHONE, phone["id"]))) == GONE
    assert "phoneAuthenticationMethod" not in of(full, ids["adele"])
    assert PHONE not in {entry["collection"] for entry in control.user("adele")[methods.PROPERTY]}


def test_the_collection_of_all_and_the_password_are_not_deleted(full, ids):
    phone = of(full, ids["adele"])["phoneAuthenticationMethod"]
    assert full.delete(path(ids["adele"], "methods", phone["id"])).status_code == 405
    assert full.delete(path(ids["adele"], PASSWORD, PASSWORD_ID)).status_code == 405
    assert error(full.get(path(ids["adele"], "wizardMethods")))[0] == 400


def test_the_default_method_goes_last(full, ids):
    found = of(full, ids["adele"])
    default = path(ids["adele"], AUTHENTICATOR, found["microsoftAuthenticatorAuthenticationMethod"]["id"])
    assert error(full.delete(default))[0] == 400
    assert full.delete(path(ids["adele"], PHONE, found["phoneAuthenticationMethod"]["id"])).status_code == 204
    assert full.delete(default).status_code == 204
    assert set(of(full, ids["adele"])) == {"passwordAuthenticationMethod", "emailAuthenticationMethod"}


def test_a_pass_is_told_once(full, control, ids):
    made = make_pass(full, ids["adele"], lifetimeInMinutes=30, isUsableOnce=True)
    assert made.status_code == 201
    secret = made.json()["temporaryAccessPass"]
    assert len(secret) >= 8
    assert made.json()["methodUsabilityReason"] == "EnabledByPolicy"
    seen = full.get(path(ids["adele"], PASS, made.json()["id"]))
    assert seen.json()["temporaryAccessPass"] is None
    assert (seen.json()["isUsable"], seen.json()["lifetimeInMinutes"], seen.json()["isUsableOnce"]) == (True, 30, True)
    for answer in (seen, full.get(path(ids["adele"], PASS)), full.get(path(ids["adele"], "methods")),
                   control.get("/journal"), control.get(f"/users/{ids['adele']}")):  # fmt: skip
        assert secret not in answer.text


def test_another_pass_takes_the_place_of_the_first(full, ids):
    first, second = (make_pass(full, ids["adele"]).json() for _ in range(2))
    assert first["temporaryAccessPass"] != second["temporaryAccessPass"]
    assert [entry["id"] for entry in full.get(path(ids["adele"], PASS)).json()["value"]] == [second["id"]]
    assert full.delete(path(ids["adele"], PASS, second["id"])).status_code == 204
    assert full.get(path(ids["adele"], PASS)).json()["value"] == []


def test_a_pass_that_is_not_good_yet(full, ids):
    made = make_pass(full, ids["adele"], startDateTime="2099-01-01T00:00:00Z").json()
    assert (made["isUsable"], made["methodUsabilityReason"]) == (False, "NotYetValid")


@pytest.mark.parametrize(
    "options",
    [
        {"lifetimeInMinutes": 9},
        {"lifetimeInMinutes": 43201},
        {"lifetimeInMinutes": "60"},
        {"lifetimeInMinutes": True},
        {"isUsableOnce": "yes"},
        {"startDateTime": "tomorrow"},
        {"startDateTime": "2020-01-01T00:00:00Z"},
        {"startDateTime": "2099-01-01T00:00:00"},
        {"temporaryAccessPass": "chosen by me"},
    ],
)
def test_a_pass_that_cannot_be(full, control, ids, options):
    before = control.user("adele")
    assert error(make_pass(full, ids["adele"], **options))[0] == 400
    assert control.user("adele") == before


def test_a_policy_without_passes(full, control, ids):
    made = make_pass(full, ids["adele"]).json()
    control.settings(temporary_access_pass=False)
    answer = make_pass(full, ids["adele"])
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "Converged UserCredentialPolicy does not allow creating or updating this authentication method. "
        "AuthMethodType [TemporaryAccessPass]."
    )
    seen = full.get(path(ids["adele"], PASS, made["id"])).json()
    assert (seen["isUsable"], seen["methodUsabilityReason"]) == (False, "DisabledByPolicy")


def test_a_permission_for_all_sorts_or_for_one(act, client, control, ids):
    assert error(act.get(path(ids["adele"], "methods"))) == DENIED
    assert error(make_pass(act, ids["adele"])) == DENIED
    control.post("/apps/weak", json={"permissions": ["UserAuthenticationMethod.Read.All"]})
    weak = client("weak")
    phone = weak.get(path(ids["adele"], PHONE)).json()["value"][0]
    assert error(weak.delete(path(ids["adele"], PHONE, phone["id"]))) == DENIED
    control.post("/apps/weak", json={"permissions": ["UserAuthMethod-Phone.ReadWrite.All"]})
    weak = client("weak")
    assert error(weak.get(path(ids["adele"], "methods"))) == DENIED
    assert error(weak.get(path(ids["adele"], FIDO2))) == DENIED
    assert weak.delete(path(ids["adele"], PHONE, phone["id"])).status_code == 204
    control.post("/apps/weak", json={"permissions": ["UserAuthMethod-TAP.ReadWrite.All"]})
    assert make_pass(client("weak"), ids["adele"]).status_code == 201


def test_the_permission_reaches_administrators_but_nobody_restricted(full, ids):
    assert make_pass(full, ids["global_admin"]).status_code == 201
    assert error(make_pass(full, ids["restricted"])) == DENIED
    assert error(make_pass(full, UNKNOWN)) == GONE


def test_methods_are_no_news_for_users_delta(full, ids):
    url = full.get("/users/delta?$select=id,displayName&$deltatoken=latest").json()["@odata.deltaLink"]
    make_pass(full, ids["adele"])
    assert full.get(url).json()["value"] == []
    assert error(full.get(f"/users/{ids['adele']}?$select=authenticationMethods"))[0] == 400


def test_licences_and_methods_survive_a_restart_and_the_pass_itself_is_written_nowhere(tmp_path):
    with running(tmp_path) as tenant:
        full, adele = Client(tenant, "full"), tenant["people"]["adele"]["id"]
        secret = make_pass(full, adele).json()["temporaryAccessPass"]
        swap = {"addLicenses": [{"skuId": F3, "disabledPlans": []}], "removeLicenses": [E3]}
        assert full.post(f"/users/{adele}/assignLicense", json=swap).status_code == 200
        before = [full.get(path).json()["value"] for path in
                  (f"/users/{adele}/authentication/methods", "/subscribedSkus", "/devices")]  # fmt: skip
    assert secret not in (tmp_path / "changes.jsonl").read_text()
    with running(tmp_path) as again:
        full = Client(again, "full")
        assert before == [full.get(path).json()["value"] for path in
                          (f"/users/{adele}/authentication/methods", "/subscribedSkus", "/devices")]  # fmt: skip


def test_a_reset_brings_the_methods_back(full, control, ids):
    before = of(full, ids["apostrophe"])
    key = before["platformCredentialAuthenticationMethod"]
    assert full.delete(path(ids["apostrophe"], PLATFORM, key["id"])).status_code == 204
    control.post("/reset")
    assert of(full, ids["apostrophe"]) == before
