"""The connector admin, by keyboard: Action details in both ways, the check's words, saving; each page held to WCAG."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from .keys import press, type_into, walk_to

DESTROYED = "value-of-nothing"


@pytest.fixture
def apps(product):
    return product.tenant.described()["apps"]


@pytest.fixture
def action_details(page, sign_in):
    """Opens the Action details of the demo's connector."""

    def go():
        page.goto("/connectors/")
        press(page, page.get_by_role("link", name="Contoso (demo)"))
        press(page, page.get_by_role("link", name="Edit action details"))
        page.get_by_role("heading", name="Action details", level=1).wait_for()

    sign_in("connectors")
    return go


def choose_way(page, label):
    walk_to(page, page.locator("[name=source]:checked"))
    if not page.get_by_label(label).is_checked():
        page.keyboard.press("ArrowDown")
    expect(page.get_by_label(label)).to_be_checked()


def fill_in(page, app):
    choose_way(page, "Fill in here")
    type_into(page, "Application (client) ID", app["client_id"])
    type_into(page, "Client secret", app["client_secret"])


def check(page, words):
    press(page, page.get_by_role("button", name="Check without saving"))
    expect(page.locator("#check-result")).to_contain_text(words)


def test_a_check_says_what_is_wrong_and_keeps_what_was_typed(page, action_details, apps):
    action_details()
    for app, words in (
        (apps["act"] | {"client_secret": DESTROYED}, "does not accept this client secret"),
        (apps["act"] | {"client_id": str(uuid.uuid4())}, "no application with this client ID in this tenant"),
        (apps["act"] | {"client_secret": str(uuid.uuid4())}, "This is the Secret ID; paste the Value."),
        (apps["expired"], "The client secret has expired."),
        (apps["noconsent"], "No permission has been granted to this application."),
    ):
        fill_in(page, app)
        check(page, words)
        expect(page.get_by_label("Client secret", exact=True)).to_have_value(app["client_secret"])
    expect(page.get_by_role("button", name="Check without saving")).to_be_focused()
    page.reload()
    expect(page.get_by_label("Use a shared")).to_be_checked()


def test_one_app_for_both_is_refused_with_the_tick_that_allows_it(page, action_details, apps):
    action_details()
    fill_in(page, apps["read"])
    check(page, "the same app registration for reading and for acting")
    expect(page.get_by_label("One app registration for reading and acting is wanted here")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    press(page, page.get_by_role("button", name="Save"))
    expect(page.locator("[data-form-errors]")).to_be_focused()
    expect(page.get_by_label("Client secret", exact=True)).to_have_value("")


def test_filled_in_and_then_shared_again(page, action_details, apps):
    action_details()
    fill_in(page, apps["weak"])
    check(page, "lacks them. Grant the permission in Entra")
    press(page, page.get_by_role("button", name="Save"))
    page.get_by_text("The changes were saved.").wait_for()
    actions = page.get_by_role("region", name="Action details")
    expect(actions).to_contain_text("Filled in here")
    expect(actions).to_contain_text("15 of 17 offered actions will work")

    press(page, page.get_by_role("link", name="Edit action details"))
    choose_way(page, "Use a shared Azure AD (Cloud) credential")
    walk_to(page, page.get_by_label("Shared credential", exact=True))
    page.keyboard.type("Contoso act")
    check(page, "Microsoft accepted it")
    press(page, page.get_by_role("button", name="Save"))
    expect(actions).to_contain_text("17 of 17 offered actions will work")
    button = page.get_by_role("button", name="Check the credential to act")
    press(page, button)
    page.get_by_text("Microsoft accepted Contoso act.").wait_for()
    expect(button).to_be_focused()


@pytest.mark.parametrize(("colours", "width"), [("light", 1400), ("dark", 390)])
def test_nothing_is_in_anybodys_way(page, action_details, axe, screenshot, apps, colours, width):
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    action_details()
    fill_in(page, apps["weak"])
    check(page, "Will fail")
    axe(page)
    screenshot(f"action-details-{colours}-{width}")
    edit = page.url
    connector = re.sub(r"actions/$", "", edit)
    for path in ("/connectors/", "/connectors/add/", connector, f"{connector}connection/", f"{connector}import/"):
        page.goto(path)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    screenshot(f"connector-{colours}-{width}")
