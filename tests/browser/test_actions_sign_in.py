"""Actions on how somebody signs in, in the browser: done, refused in the dialog, and refused by Microsoft."""

import pytest

RESET, REVOKE = "Reset password", "Revoke sign-in sessions"
REQUIRE, RENAME, IDENTITIES = "Require password change", "Change sign-in name", "Manage sign-in identities"


def test_a_reset_signs_out_everywhere_as_a_second_run(person):
    jack = person("jack.brooks")
    before = jack.truth
    dialog = jack.choose(RESET)
    dialog.get_by_label("Sign them out everywhere as well").check()
    jack.confirm()
    jack.send(RESET)
    jack.done(REVOKE, "has to sign in again")
    jack.done(RESET, "has a new password")
    after = jack.truth
    assert after["password"] != before["password"]
    assert after["signInSessionsValidFromDateTime"] > before["signInSessionsValidFromDateTime"]


def test_what_follows_a_reset_that_failed_is_not_done(person):
    jack = person("yan.liu")
    before = jack.truth
    dialog = jack.choose(RESET)
    dialog.get_by_label("New password").fill("Welcome2026!")
    dialog.get_by_label("Sign them out everywhere as well").check()
    jack.confirm()
    jack.send(RESET)
    jack.run(REVOKE).locator(".badge-state").get_by_text("Cancelled").wait_for()
    jack.failed(RESET, "refused the password", "a word that Microsoft or the tenant has banned")
    assert jack.truth == before


def test_a_password_change_is_required_and_no_longer(person):
    freya = person("freya.khan")
    freya.choose(REQUIRE)
    freya.send(REQUIRE)
    freya.done(REQUIRE, "must choose another password")
    assert freya.truth["passwordProfile"]["forceChangePasswordNextSignIn"] is True


def test_an_account_is_disabled_and_enabled_by_keyboard(person, axe):
    freya = person("olivia.sullivan")
    freya.choose("Disable account")
    freya.send("Disable account")
    freya.done("Disable account")
    assert freya.truth["accountEnabled"] is False
    freya.page.locator("#person-state").get_by_text("Disabled").wait_for()
    freya.choose("Enable account")
    axe(freya.page)
    freya.send("Enable account")
    freya.done("Enable account")
    assert freya.truth["accountEnabled"] is True


def test_a_sign_in_name_is_refused_then_taken_then_changed(person):
    isla = person("isla.davies")
    dialog = isla.choose(RENAME)
    isla.press(RENAME)
    isla.refuses("This is the sign-in name they have.")
    for name, domain, words in (
        ("isla davies", "contoso.example", "Use at most 64 of"),
        ("isla.", "contoso.example", "A dot cannot be the last"),
        ("isla", "contoso", "This is not the name of a domain"),
    ):
        dialog.get_by_label("Name, before the @").fill(name)
        dialog.get_by_label("Domain, after the @").fill(domain)
        isla.press(RENAME)
        isla.refuses(words)
    dialog.get_by_label("Name, before the @").fill("isla.jones")
    dialog.get_by_label("Domain, after the @").fill("contoso.example")
    isla.send(RENAME)
    isla.done(RENAME, "signs in as isla.jones@contoso.example")
    assert isla.truth["userPrincipalName"] == "isla.jones@contoso.example"


@pytest.mark.parametrize(
    ("name", "domain", "words"),
    [
        ("jack.brooks", "contoso.example", "already uses this value"),
        ("harry.jones", "nowhere.example", "domain"),
    ],
)
def test_microsoft_refuses_a_sign_in_name(person, name, domain, words):
    harry = person("harry.jones")
    dialog = harry.choose(RENAME)
    dialog.get_by_label("Name, before the @").fill(name)
    dialog.get_by_label("Domain, after the @").fill(domain)
    harry.send(RENAME)
    harry.failed(RENAME, words)
    assert harry.truth["userPrincipalName"] == "harry.jones@contoso.example"


def add_identity(dialog, assigned, issuer="contoso.onmicrosoft.example"):
    row = dialog.get_by_role("group", name="Identity ").first
    row.get_by_label("Type").select_option("userName")
    row.get_by_label("Issuer", exact=True).fill(issuer)
    row.get_by_label("ID at the issuer").fill(assigned)


def test_identities_are_refused_in_the_dialog_then_saved(person):
    rhys = person("rhys.fletcher")
    dialog = rhys.choose(IDENTITIES)
    rhys.press("Save identities")
    rhys.refuses("Nothing was changed.")
    add_identity(dialog, "rhys", issuer="")
    rhys.press("Save identities")
    rhys.refuses("needs an issuer")
    add_identity(dialog, "rhys")
    rhys.send("Save identities")
    rhys.done(IDENTITIES, "can sign in with rhys")
    kinds = {entry["signInType"]: entry["issuerAssignedId"] for entry in rhys.truth["identities"]}
    assert kinds == {"userPrincipalName": rhys.sign_in_name, "userName": "rhys"}


def test_microsoft_refuses_somebody_elses_identity(person):
    astrid = person("astrid.norgaard")
    dialog = astrid.choose(IDENTITIES)
    add_identity(dialog, "jack.brooks@contoso.example", issuer="contoso.example")
    astrid.send("Save identities")
    astrid.failed(IDENTITIES, "already uses this value")
    assert len(astrid.truth["identities"]) == 1
