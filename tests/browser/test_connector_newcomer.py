"""The connector admin's newcomer path, by keyboard: from an unknown tenant to an action carried out in it."""

import pytest
from playwright.sync_api import expect

from .keys import press, type_into, walk_to

NAME = "Fabrikam newcomer"
# Of one person, on whom no other test acts.
DEPARTMENT = "#{7*7}"
PERSON = "{{7*7}} {% debug %}"
PATIENCE = 30_000


@pytest.fixture
def apps(product):
    """The tenant's app registrations, each with the tenant it belongs to."""
    described = product.tenant.described()
    return {name: app | {"tenant_id": described["tenant_id"]} for name, app in described["apps"].items()}


def fill_in(page, app):
    for label, value in (
        ("Directory (tenant) ID", app["tenant_id"]),
        ("Application (client) ID", app["client_id"]),
        ("Client secret", app["client_secret"]),
    ):
        type_into(page, label, value)
    press(page, page.get_by_role("button", name="Check without saving"))


def add_connector(page, app):
    page.goto("/connectors/")
    press(page, page.get_by_role("link", name="Add a connector"))
    guide = page.get_by_role("complementary", name="Set-up guide")
    expect(guide).to_contain_text("changes nothing")
    press(page, guide.get_by_text("The same as a manifest"))
    expect(guide.locator("#manifest")).to_contain_text("requiredResourceAccess")
    type_into(page, "Name", NAME)
    fill_in(page, app)
    expect(page.locator("#check-result")).to_contain_text("Microsoft accepted it")
    press(page, page.get_by_role("button", name="Add connector"))
    page.get_by_text("was added").wait_for()


def set_up_acting(page, app):
    press(page, page.get_by_role("link", name="Edit action details"))
    page.get_by_role("heading", name="Action details", level=1).wait_for()
    guide = page.get_by_role("complementary", name="Set-up guide")
    expect(guide).to_contain_text("User Administrator")
    walk_to(page, page.get_by_label("Carry out actions in this tenant"))
    page.keyboard.press("Space")
    fill_in(page, app)
    expect(page.locator("#check-result")).to_contain_text("Microsoft accepted it")
    press(page, page.get_by_role("button", name="Save", exact=True))
    page.get_by_text("The changes were saved.").wait_for()
    expect(page.get_by_role("region", name="Action details")).to_contain_text("17 of 17 offered actions will work")


def import_one_department(page):
    press(page, page.get_by_role("link", name="Edit what to import"))
    type_into(page, "Only these departments optional", DEPARTMENT)
    press(page, page.get_by_role("button", name="Save", exact=True))
    page.get_by_text("The changes were saved.").wait_for()
    press(page, page.get_by_role("button", name="Sync now"))
    row = page.locator("#syncs tbody tr").first
    expect(row).to_contain_text("Done", timeout=PATIENCE)


def act(page):
    press(page, page.locator("#list").get_by_role("link", name=PERSON, exact=True))
    page.get_by_role("heading", name=PERSON, level=1).wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("revoke")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("dialog").get_by_role("button", name="Revoke sessions"))
    expect(page.locator("#runs tr").first).to_contain_text("has to sign in again", timeout=PATIENCE)


def test_from_an_unknown_tenant_to_an_action_carried_out_in_it(page, sign_in, product, apps):
    user = "users/seven.times.seven@contoso.example"
    earlier = product.control("GET", user)["signInSessionsValidFromDateTime"]
    sign_in()
    add_connector(page, apps["read"])
    set_up_acting(page, apps["act"])
    import_one_department(page)
    press(page, page.get_by_role("link", name="See its people"))
    act(page)
    assert product.control("GET", user)["signInSessionsValidFromDateTime"] > earlier
