"""What is off by default, in the browser: switched on in Action details, then done and refused."""

import pytest

from .action_details import acting

PASS, METHOD, LEAVE, PURGE = "Temporary access pass", "Remove sign-in method", "Set leave date", "Delete for good"


@pytest.fixture(scope="module", autouse=True)
def switched_on(browser, product):
    with acting(browser, product, "full", PASS, METHOD, LEAVE, PURGE):
        yield


def test_a_pass_is_made_and_shown_once(person, axe):
    rhys = person("rhys.fletcher")
    dialog = rhys.choose(PASS)
    axe(rhys.page)
    dialog.get_by_label("Works for so many minutes").fill("5")
    rhys.press("Make access pass")
    rhys.refuses("greater than or equal to 10", "Type the person's name.")
    dialog.get_by_label("Works for so many minutes").fill("30")
    rhys.confirm()
    rhys.send("Make access pass")
    rhys.done(PASS, "It works for 30 minutes, once.")
    rhys.run(PASS).get_by_role("button", name="Show once").click()
    shown = rhys.page.locator("[data-secret-value]")
    assert len(shown.inner_text()) == 10
    rhys.page.get_by_role("dialog").get_by_role("button", name="Close").first.click()
    rhys.page.get_by_role("button", name="Show once").wait_for(state="detached")
    assert "temporaryAccessPassMethods" in [each["collection"] for each in rhys.truth["authenticationMethods"]]


def test_a_tenant_that_allows_no_passes_refuses_one(person, product):
    product.control("POST", "settings", {"temporary_access_pass": False})
    meera = person("meera.bose")
    meera.choose(PASS)
    meera.confirm()
    meera.send("Make access pass")
    meera.failed(PASS, "does not allow this way to sign in")
    product.control("POST", "settings", {"temporary_access_pass": True})
    debra = person("debra.berger_fabrikam.example#EXT#")
    assert "home organisation" in debra.reason(PASS).inner_text()


def test_a_method_is_removed_and_the_default_one_stays(person, axe):
    adele = person("AdeleV")
    dialog = adele.choose(METHOD)
    axe(adele.page)
    adele.confirm()
    adele.press("Remove method")
    adele.refuses("Choose the one to remove.")
    dialog.get_by_role("radio", name="E-mail").check()
    adele.confirm()
    adele.send("Remove method")
    adele.page.locator("#runs tr").first.get_by_text("can no longer sign in with").wait_for()
    kinds = {each["collection"] for each in adele.truth["authenticationMethods"]}
    assert kinds == {"passwordMethods", "phoneMethods", "microsoftAuthenticatorMethods"}

    dialog = adele.choose(METHOD)
    dialog.get_by_role("radio", name="Authenticator").check()
    adele.confirm()
    adele.send("Remove method")
    row = adele.page.locator("#runs tr").first
    row.get_by_text("Failed").wait_for()
    row.get_by_text("default method").wait_for()
    assert {each["collection"] for each in adele.truth["authenticationMethods"]} == kinds


def test_who_has_only_a_password_has_nothing_to_remove(person):
    scanner = person("scanner-hq")
    scanner.choose(METHOD)
    scanner.refuses("there is nothing to remove")


def test_a_leave_date_is_set_and_removed(person, axe):
    mia = person("mia.lange")
    dialog = mia.choose(LEAVE)
    axe(mia.page)
    assert dialog.get_by_label("Remove the leave date").is_disabled()
    mia.press("Save leave date")
    mia.refuses("Choose a date, or tick that it is to be removed.")
    dialog.locator("[name=day]").fill("2030-01-31")
    mia.send("Save leave date")
    mia.done(LEAVE, "leaves on")
    assert mia.truth["employeeLeaveDateTime"].startswith("2030-01-31")
    dialog = mia.choose(LEAVE)
    assert dialog.locator("[name=day]").input_value() == "2030-01-31"
    mia.press("Save leave date")
    mia.refuses("Nothing has been changed.")
    dialog.get_by_label("Remove the leave date").check()
    dialog.locator("[name=day]").fill("2030-02-01")
    mia.press("Save leave date")
    mia.refuses("Either another date, or none.")
    dialog.locator("[name=day]").fill("2030-01-31")
    mia.send("Save leave date")
    mia.done("Remove leave date", "has no leave date")
    assert mia.truth["employeeLeaveDateTime"] is None


def test_only_who_was_deleted_can_be_deleted_for_good(person, axe):
    angela = person("angela.ibanez")
    assert "not among the deleted ones" in angela.reason(PURGE).inner_text()
    angela.page.keyboard.press("Escape")
    angela.choose("Delete account")
    angela.confirm()
    angela.send("Delete account")
    angela.done("Delete account", "can be restored for 30 days")
    angela.choose(PURGE)
    axe(angela.page)
    angela.press(PURGE)
    angela.refuses("Type the person's name.")
    angela.confirm()
    angela.send(PURGE)
    angela.done(PURGE, "was deleted for good")
    angela.page.locator("#person-state").get_by_text("Deleted").wait_for()
    assert "not among the deleted ones" in angela.reason("Restore account").inner_text()
