"""A run's page: what Microsoft refused, why, and what to do; for everybody, in light and in dark, on any screen."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def refused(page, sign_in):
    """The page of a run that Microsoft refuses: the person is in a restricted unit."""
    sign_in("admin")
    page.goto("/people/?q=HenriettaM")
    page.get_by_role("link", name="Henrietta Mueller").click()
    page.locator("#person-actions").wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("disable")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Disable account").click()
    row = page.locator("#runs tr").first
    row.get_by_text("Failed").wait_for()
    row.get_by_role("link", name="Disable account").click()
    page.get_by_role("heading", name="It was not done").wait_for()


@pytest.mark.parametrize(("colours", "width"), [("light", 1400), ("dark", 390)])
def test_a_refusal_is_explained_in_nobodys_way(page, refused, axe, screenshot, colours, width):
    page.emulate_media(color_scheme=colours)
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.get_by_text("Nothing was changed in the directory by this run.")).to_be_visible()
    expect(page.get_by_text("The person is protected: has an administrator role")).to_be_visible()
    expect(page.locator("#run").get_by_text("403 Authorization_RequestDenied")).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    screenshot(f"run-{colours}-{width}")


def test_asking_again_leads_to_the_same_dialog(page, refused):
    page.get_by_role("link", name="Ask again: disable account…").click()
    page.get_by_role("heading", name="Disable account: Henrietta Mueller").wait_for()
