"""Being asked once more who one is: before a dialog, inside an open one, and after a form that took too long."""

import psycopg
import pytest
from playwright.sync_api import expect

from .keys import press
from .test_members import PASSPHRASE, add_member

# Only the session of this test: others go on with theirs.
LATEST = "UPDATE access_session SET proved_at = NULL WHERE began_at = (SELECT max(began_at) FROM access_session)"
OTHER_PASSPHRASE = "another long enough passphrase"


@pytest.fixture
def forget_proof(product):
    """As if a quarter of an hour had gone by since whoever signed in last proved who they are."""

    def forget():
        with psycopg.connect(product.settings["DATABASE_URL"]) as connection:
            connection.execute(LATEST)

    return forget


def confirm(page, product):
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_label("Your password").fill(product.password)
    page.keyboard.press("Enter")


def confirm_in_another_tab(page, context, product):
    with context.expect_page() as opened:
        press(page, page.get_by_role("link", name="Confirm that it is you"))
    tab = opened.value
    confirm(tab, product)
    expect(tab.get_by_role("heading", name="Confirmed")).to_be_visible()
    tab.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 390)])
def test_an_action_goes_on_after_the_password(page, product, sign_in, forget_proof, axe, screenshot, scheme, width):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    sign_in("desk")
    page.goto("/people/?q=lee+g")
    page.locator("#list .row-link").first.click()
    page.locator("#person-actions").wait_for()
    forget_proof()
    page.keyboard.press("Control+k")
    page.keyboard.type("revoke")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your password")).to_be_focused()
    axe(page)
    screenshot(f"confirm-{scheme}-{width}")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_text("That is not right.", exact=True)).to_be_visible()
    axe(page)
    screenshot(f"confirm-wrong-{scheme}-{width}")
    confirm(page, product)
    page.get_by_role("button", name="Revoke sessions").press("Enter")
    page.get_by_text("has to sign in again").first.wait_for()


def test_looking_is_never_asked_about(page, sign_in, forget_proof):
    sign_in("admin")
    forget_proof()
    for path in ("/", "/people/", "/activity/", "/connectors/", "/credentials/", "/members/", "/audit/", "/profile/"):
        page.goto(path)
        expect(page.locator("#main h1")).to_be_visible()
        assert page.url.endswith(path)


def test_an_open_dialog_keeps_what_was_typed(page, context, product, sign_in, forget_proof, axe, screenshot):
    sign_in("admin")
    add_member(page, "left-open")
    page.goto("/members/?q=left-open")
    press(page, page.get_by_label("Actions for left-open"))
    page.get_by_role("link", name="Set a new password").click()
    dialog = page.get_by_role("dialog")
    for name in ("new_password1", "new_password2"):
        dialog.locator(f"input[name={name}]").fill(OTHER_PASSPHRASE)
    forget_proof()
    dialog.get_by_role("button", name="Set password").press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("Nothing was done yet")
    axe(page)
    screenshot("send-again-dialog")
    confirm_in_another_tab(page, context, product)
    dialog.get_by_role("button", name="Set password").press("Enter")
    page.get_by_text("has a new password.").wait_for()


def test_a_page_that_took_too_long_is_sent_again_by_reloading(
    page, context, product, sign_in, forget_proof, axe, screenshot, complaints
):
    sign_in("admin")
    page.goto("/members/add/")
    page.get_by_label("Username").fill("slowly-typed")
    page.locator("input[name=password1]").fill(PASSPHRASE)
    page.locator("input[name=password2]").fill(PASSPHRASE)
    forget_proof()
    page.get_by_role("button", name="Add member").press("Enter")
    expect(page.get_by_role("heading", name="Nothing was done yet")).to_be_visible()
    complaints.clear()
    axe(page)
    screenshot("send-again-page")
    confirm_in_another_tab(page, context, product)
    page.reload()
    page.get_by_text("slowly-typed was added").wait_for()
