"""PATCH and revocation: what is accepted, what each refusal is, and that a refused PATCH changes nothing."""

import pytest

from .clients import error

BAD = (400, "Request_BadRequest")
DENIED = (403, "Authorization_RequestDenied")
MASTERED = "on-premises mastered"
COMPLEXITY = "does not comply with password complexity requirements"


def reset(password, **flags):
    return {"passwordProfile": {"password": password, **flags}}


def test_disable_and_enable(act, control, ids):
    assert act.patch(f"/users/{ids['adele']}", {"accountEnabled": False}).status_code == 204
    assert control.user("adele")["accountEnabled"] is False
    assert act.patch(f"/users/{ids['adele']}", {"accountEnabled": False}).status_code == 204
    assert act.patch(f"/users/{ids['adele']}", {"accountEnabled": True}).content == b""
    assert control.user("adele")["accountEnabled"] is True


def test_a_new_password(act, control, ids):
    before = control.user("adele")
    body = reset("Gr4nit-Kolibri", forceChangePasswordNextSignIn=False)
    assert act.patch(f"/users/{ids['adele']}", body).status_code == 204
    after = control.user("adele")
    assert after["password"] == "Gr4nit-Kolibri" != before["password"]
    assert after["passwordProfile"]["forceChangePasswordNextSignIn"] is False
    assert after["lastPasswordChangeDateTime"] > before["lastPasswordChangeDateTime"]


def test_change_at_next_sign_in_alone_leaves_the_password(act, control, ids):
    before = control.user("adele")
    body = {"passwordProfile": {"forceChangePasswordNextSignInWithMfa": True}}
    assert act.patch(f"/users/{ids['adele']}", body).status_code == 204
    after = control.user("adele")
    assert after["passwordProfile"]["forceChangePasswordNextSignInWithMfa"] is True
    assert (after["password"], after["lastPasswordChangeDateTime"]) == (
        before["password"],
        before["lastPasswordChangeDateTime"],
    )


@pytest.mark.parametrize(
    "password", ["short1!", "alllowercase", "NoDigits", "P@ssw0rd1", "Contoso2026!", "Vance-77", "x" * 257]
)
def test_a_weak_password_is_refused(act, control, ids, password):
    before = control.user("adele")
    answer = act.patch(f"/users/{ids['adele']}", reset(password))
    assert error(answer) == BAD
    assert COMPLEXITY in answer.text
    assert control.user("adele") == before


@pytest.mark.parametrize(
    "body",
    [
        {"shoeSize": 44},
        {"id": "x"},
        {"onPremisesSyncEnabled": False},
        {"createdDateTime": "2026-01-01T00:00:00Z"},
        {"proxyAddresses": []},
        {"department": "x" * 65},
        {"employeeId": "x" * 17},
        {"displayName": None},
        {"displayName": ""},
        {"usageLocation": None},
        {"usageLocation": "USA"},
        {"accountEnabled": "no"},
        {"accountEnabled": None},
        {"businessPhones": ["1", "2"]},
        {"businessPhones": "1"},
        {"jobTitle": "nul\x00"},
        {"jobTitle": 7},
        {"userPrincipalName": "zoë@contoso.example"},
        {"userPrincipalName": "adele@elsewhere.example"},
        {"userPrincipalName": "MeganB@contoso.example"},
        {"passwordProfile": "Gr4nit-Kolibri"},
        {"passwordProfile": {"password": "Gr4nit-Kolibri", "hint": "bird"}},
        {"passwordProfile": {"forceChangePasswordNextSignIn": "yes"}},
        {
            "identities": [
                {"signInType": "emailAddress", "issuer": "contoso.example", "issuerAssignedId": "a@b.example"}
            ]
        },
        {"aboutMe": "hello", "department": "Retail"},
        {"department": "Sales", "shoeSize": 44},
    ],
)
def test_a_wrong_body_is_400_and_changes_nothing(act, control, ids, body):
    before = control.user("adele")
    assert error(act.patch(f"/users/{ids['adele']}", body))[0] == 400
    assert control.user("adele") == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe"])
def test_a_body_that_is_no_json_object(act, ids, body):
    assert act.call("PATCH", f"/users/{ids['adele']}", data=body).status_code == 400


def test_profile_attributes_are_set_and_cleared(act, control, ids):
    body = {"department": "Sales & <b>Söhne</b>", "mobilePhone": None, "businessPhones": [], "employeeOrgData": None}
    assert act.patch(f"/users/{ids['adele']}", body).status_code == 204
    after = control.user("adele")
    assert {name: after[name] for name in body} == body


def test_a_new_principal_name_moves_the_identity_and_the_key(act, control, ids):
    assert act.patch(f"/users/{ids['adele']}", {"userPrincipalName": "adele.v@contoso.example"}).status_code == 204
    assert control.user("adele")["identities"][0]["issuerAssignedId"] == "adele.v@contoso.example"
    assert act.get("/users/adele.v@contoso.example").json()["id"] == ids["adele"]
    assert act.get("/users/AdeleV@contoso.example").status_code == 404


def test_a_new_mail_is_also_a_proxy_address(act, control, ids):
    act.patch(f"/users/{ids['adele']}", {"mail": "adele@contoso.example"})
    assert control.user("adele")["proxyAddresses"] == ["SMTP:adele@contoso.example"]


def test_identities_need_the_principal_name_and_their_own_permission(act, client, control, ids):
    upn = {"signInType": "userPrincipalName", "issuer": "contoso.example", "issuerAssignedId": "AdeleV@contoso.example"}
    mail = {"signInType": "emailAddress", "issuer": "contoso.example", "issuerAssignedId": "a@b.example"}
    assert act.patch(f"/users/{ids['adele']}", {"identities": [upn, mail]}).status_code == 204
    assert control.user("adele")["identities"] == [upn, mail]
    control.post("/apps/weak", json={"permissions": ["User.ReadWrite.All", "Directory.ReadWrite.All"]})
    assert error(client("weak").patch(f"/users/{ids['adele']}", {"identities": [upn]})) == DENIED


@pytest.mark.parametrize(
    "body", [reset("Gr4nit-Kolibri"), {"department": "Sales"}, {"accountEnabled": False, "surname": "X"}]
)
def test_what_an_on_premises_directory_masters(act, control, ids, body):
    before = control.user("synced")
    answer = act.patch(f"/users/{ids['synced']}", body)
    assert error(answer) == BAD
    assert MASTERED in answer.text
    assert control.user("synced") == before


def test_what_the_cloud_may_change_on_a_synced_user(act, ids):
    assert act.patch(f"/users/{ids['synced']}", {"accountEnabled": False}).status_code == 204
    assert act.patch(f"/users/{ids['synced']}", {"usageLocation": "DE"}).status_code == 204
    assert act.post(f"/users/{ids['synced']}/revokeSignInSessions").status_code == 200


def test_a_once_synced_user_is_a_cloud_user(act, ids):
    assert act.patch(f"/users/{ids['once_synced']}", {"department": "Sales"}).status_code == 204


def test_revoked_sessions(act, control, ids):
    before = control.user("adele")["signInSessionsValidFromDateTime"]
    answer = act.post(f"/users/{ids['adele']}/revokeSignInSessions")
    assert answer.status_code == 200
    assert answer.json()["value"] is True
    assert answer.json()["@odata.context"].endswith("$metadata#Edm.Boolean")
    after = control.user("adele")["signInSessionsValidFromDateTime"]
    assert after > before
    shown = act.get(f"/users/{ids['adele']}?$select=signInSessionsValidFromDateTime").json()
    assert shown["signInSessionsValidFromDateTime"] == after


def test_revoking_a_guests_sessions_says_true_and_does_nothing(act, control, ids):
    before = control.user("guest")
    assert act.post(f"/users/{ids['guest']}/revokeSignInSessions").json()["value"] is True
    assert control.user("guest") == before


def test_somebody_who_is_gone(act, control, ids):
    control.delete(f"/users/{ids['adele']}")
    assert error(act.patch(f"/users/{ids['adele']}", {"accountEnabled": False})) == (404, "Request_ResourceNotFound")
    assert error(act.post(f"/users/{ids['adele']}/revokeSignInSessions")) == (404, "Request_ResourceNotFound")
