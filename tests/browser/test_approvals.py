"""Two people: one asks, the other one agrees, and then it is carried out."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def rule(page, sign_in):
    """Somebody else has to agree before anybody's sessions are revoked."""

    def set_to(number):
        sign_in("admin")
        page.goto("/approvals/rules/")
        page.get_by_label("Revoke sign-in sessions").fill(number)
        page.get_by_role("button", name="Save").press("Enter")
        page.get_by_text("Saved.").wait_for()
        page.context.clear_cookies()

    set_to("1")
    yield
    page.context.clear_cookies()
    set_to("")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1400), ("dark", 390)])
def test_one_asks_and_the_other_one_agrees(page, sign_in, rule, axe, screenshot, scheme, width):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    sign_in("desk")
    page.goto("/people/?q=lee+g")
    page.locator("#list .row-link").first.click()
    page.locator("#person-actions").wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("revoke")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Somebody else has to agree before this is sent.")
    dialog.get_by_role("button", name="Revoke sessions").press("Enter")
    expect(page.locator("#runs tr").first).to_contain_text("Waiting until somebody else agrees")
    page.context.clear_cookies()
    sign_in("people")
    page.goto("/")
    expect(page.get_by_text("1 run waits for your agreement")).to_be_visible()
    page.goto("/approvals/")
    axe(page)
    screenshot(f"approvals-{scheme}-{width}")
    page.locator(".row-link").first.press("Enter")
    expect(page.get_by_role("heading", name="Waiting until somebody else agrees")).to_be_visible()
    axe(page)
    screenshot(f"approval-{scheme}-{width}")
    page.get_by_role("button", name="Agree", exact=True).press("Enter")
    page.get_by_text("You have agreed.").wait_for()
    expect(page.locator("#run .badge-state").first).to_have_text("Done")
