"""PATCH and revocation: what is accepted, what each refusal is, and that a refused PATCH changes nothing."""

import pytest

from .clients import error

BAD = (400, "Request_BadRequest")
DENIED = (403, "Authorization_RequestDenied")
MASTERED = "on-premises mastered"
UPN = {"signInType": "userPrincipalName", "issuer": "contoso.example", "issuerAssignedId": "AdeleV@contoso.example"}
MAIL = {"signInType": "emailAddress", "issuer": "contoso.example", "issuerAssignedId": "a@b.example"}
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
        {"identities": [{"signInType": "userPrincipalName", "issuer": "contoso.example", "issuerAssignedId": None}]},
        {"identities": [UPN, UPN]},
        {"identities": [UPN | {"issuerAssignedId": "adele@elsewhere.example"}]},
        {"identities": [UPN | {"issuerAssignedId": "MeganB@contoso.example"}]},
        {"identities": [UPN], "userPrincipalName": "other@contoso.example"},
        {"identities": [UPN, MAIL, MAIL]},
        {"identities": [UPN, MAIL | {"issuerAssignedId": "x" * 65}]},
        {"identities": [UPN, MAIL | {"issuerAssignedId": None}]},
        {"employeeOrgData": {"division": "Retail", "floor": "2"}},
        {"employeeOrgData": {"division": 7}},
        {"onPremisesExtensionAttributes": {"extensionAttribute16": "x"}},
        {"onPremisesExtensionAttributes": {"extensionAttribute1": ""}},
        {"otherMails": ["a@b.example"] * 251},
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


def test_of_the_organizational_data_an_omitted_half_is_cleared(act, control, ids):
    act.patch(f"/users/{ids['adele']}", {"employeeOrgData": {"division": "Retail", "costCenter": "2100-RTL"}})
    assert act.patch(f"/users/{ids['adele']}", {"employeeOrgData": {"division": "Sales"}}).status_code == 204
    assert control.user("adele")["employeeOrgData"] == {"division": "Sales", "costCenter": None}


def test_extension_attributes_are_merged_for_who_was_never_synced(act, control, ids):
    for values in ({"extensionAttribute1": "a", "extensionAttribute2": "b"}, {"extensionAttribute2": None}):
        assert act.patch(f"/users/{ids['adele']}", {"onPremisesExtensionAttributes": values}).status_code == 204
    after = control.user("adele")["onPremisesExtensionAttributes"]
    assert {name: value for name, value in after.items() if value is not None} == {"extensionAttribute1": "a"}
    assert len(after) == 15
    answer = act.patch(f"/users/{ids['once_synced']}", {"onPremisesExtensionAttributes": values})
    assert error(answer) == BAD
    assert "originated within an external service" in answer.text
    assert MASTERED in act.patch(f"/users/{ids['synced']}", {"onPremisesExtensionAttributes": values}).text


def test_the_day_on_which_somebody_leaves_needs_its_own_permission(act, full, control, ids):
    body = {"employeeLeaveDateTime": "2026-12-31T17:00:00Z"}
    assert error(act.patch(f"/users/{ids['adele']}", body)) == DENIED
    assert full.patch(f"/users/{ids['adele']}", body).status_code == 204
    assert control.user("adele")["employeeLeaveDateTime"] == body["employeeLeaveDateTime"]
    for wrong in ("soon", "2026-12-31T17:00:00", 7):
        assert error(full.patch(f"/users/{ids['adele']}", {"employeeLeaveDateTime": wrong}))[0] == 400
    assert full.patch(f"/users/{ids['adele']}", {"employeeLeaveDateTime": None}).status_code == 204


def test_other_mails_are_replaced_as_a_whole(act, control, ids):
    for mails in (["a@b.example", "c@d.example"], ["e@f.example"], []):
        assert act.patch(f"/users/{ids['adele']}", {"otherMails": mails}).status_code == 204
        assert control.user("adele")["otherMails"] == mails


def test_an_identity_belongs_to_one_user(act, control, ids):
    megan = UPN | {"issuerAssignedId": "MeganB@contoso.example"}
    assert act.patch(f"/users/{ids['adele']}", {"identities": [UPN, MAIL]}).status_code == 204
    answer = act.patch(f"/users/{ids['megan']}", {"identities": [megan, MAIL | {"issuerAssignedId": "A@B.example"}]})
    assert error(answer) == BAD
    assert "already exists" in answer.text
    assert act.patch(f"/users/{ids['adele']}", {"identities": [UPN]}).status_code == 204
    assert act.patch(f"/users/{ids['megan']}", {"identities": [megan, MAIL]}).status_code == 204


def test_the_principal_name_follows_its_identity(act, control, ids):
    new = UPN | {"issuerAssignedId": "adele.v@contoso.example"}
    assert act.patch(f"/users/{ids['adele']}", {"identities": [new]}).status_code == 204
    assert control.user("adele")["userPrincipalName"] == "adele.v@contoso.example"
    assert act.get("/users/adele.v@contoso.example").json()["id"] == ids["adele"]


def test_a_protected_users_principal_name_cannot_be_changed_by_way_of_an_identity(act, control, ids):
    identities = control.user("global_admin")["identities"]
    assert act.patch(f"/users/{ids['global_admin']}", {"identities": identities}).status_code == 204
    renamed = [identities[0] | {"issuerAssignedId": "nobody@contoso.example"}]
    assert error(act.patch(f"/users/{ids['global_admin']}", {"identities": renamed})) == DENIED


def test_a_guests_identities_may_be_sent_as_they_were_read(act, control, ids):
    identities = control.user("guest")["identities"]
    assert act.patch(f"/users/{ids['guest']}", {"identities": [*identities, MAIL]}).status_code == 204


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
