"""The credential admin, by keyboard: replace a secret, see mistakes told, be refused to delete; pages held to WCAG."""

import uuid

import pytest
from playwright.sync_api import expect

from .keys import press, type_into, walk_to

IN_USE = "Contoso act"


@pytest.fixture
def app(product):
    return product.tenant.described()["apps"]["act"]


@pytest.fixture
def credential(page, sign_in):
    """Opens the credential that the demo's connector acts with."""
    sign_in("credentials")
    page.goto("/credentials/")
    press(page, page.get_by_role("link", name=IN_USE, exact=True))
    page.get_by_role("heading", name=IN_USE, level=1).wait_for()


def replace(page, secret, words):
    type_into(page, "New client secret", secret)
    page.keyboard.press("Enter")
    expect(page.locator("[data-form-errors]")).to_contain_text(words)
    expect(page.locator("[data-form-errors]")).to_be_focused()
    expect(page.get_by_label("New client secret")).to_have_value("")


def test_a_secret_is_replaced_when_microsoft_accepts_the_new_one(page, credential, app):
    press(page, page.get_by_role("link", name="Replace secret").first)
    expect(page.get_by_label("New client secret")).to_be_focused()
    replace(page, str(uuid.uuid4()), "This is the Secret ID; paste the Value.")
    replace(page, "value-of-nothing", "Nothing was saved.")
    type_into(page, "New client secret", app["client_secret"])
    page.keyboard.press("Enter")
    page.get_by_text("the old one is forgotten").wait_for()
    assert app["client_secret"] not in page.content()
    press(page, page.get_by_role("button", name="Check"))
    expect(page.locator("#check-result")).to_contain_text("Microsoft accepted it")
    expect(page.get_by_role("button", name="Check")).to_be_focused()


def test_deleting_what_is_in_use_is_refused_and_says_who_uses_it(page, credential):
    menu = page.locator("summary[aria-label^='Actions for']")
    press(page, menu)
    walk_to(page, page.get_by_role("link", name="Delete…"), "ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It is in use and cannot be deleted")
    expect(dialog).to_contain_text("Contoso (demo)")
    expect(dialog.get_by_role("button", name="Delete")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    page.reload()
    page.get_by_role("heading", name=IN_USE, level=1).wait_for()


def test_a_mistake_in_a_new_one_is_told_and_nothing_is_saved(page, credential, app):
    page.goto("/credentials/add/")
    press(page, page.get_by_role("button", name="Add credential"))
    expect(page.locator("[data-form-errors]")).to_be_focused()
    type_into(page, "Name", "Fabrikam act")
    for label, value in (
        ("Directory (tenant) ID", "not an ID"),
        ("Application (client) ID", app["client_id"]),
        ("Client secret", app["client_secret"]),
    ):
        type_into(page, label, value)
    press(page, page.get_by_role("button", name="Check without saving"))
    expect(page.locator("#check-result")).to_contain_text("This is not an ID")
    page.goto("/credentials/")
    expect(page.get_by_role("link", name="Fabrikam act")).to_have_count(0)


@pytest.mark.parametrize(("colours", "width"), [("light", 1400), ("dark", 390)])
def test_nothing_is_in_anybodys_way(page, credential, axe, screenshot, colours, width):
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    one = page.url
    for path in ("/credentials/", one, "/credentials/add/", f"{one}edit/", f"{one}replace-secret/", f"{one}delete/"):
        assert page.goto(path).status == 200, path
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    screenshot(f"credential-{colours}-{width}")
