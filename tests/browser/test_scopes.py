"""A role for the people of a department only: made by keyboard on the pages, and what its holder then sees."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

DEPARTMENT = "Retail"
NAME = "People of Retail"
PASSWORD = "a-long-password-for-the-clerk-2031"


@pytest.fixture
def clerk(page: Page, sign_in: Callable[..., None]) -> str:
    """A member with the role Viewer for the people of one department; added on the pages."""
    sign_in("admin")
    page.goto("/members/scopes/")
    page.get_by_role("link", name="Add a scope").first.press("Enter")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label(re.compile("^Department")).fill(DEPARTMENT)
    page.get_by_role("button", name="Add scope").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    page.goto("/members/add/")
    page.get_by_label("Username").fill("clerk")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_label(re.compile("^Viewer:")).press("Space")
    page.get_by_role("group", name=re.compile("^Viewer: only for")).get_by_label(re.compile(NAME)).press("Space")
    page.get_by_role("button", name=re.compile("^Add")).press("Enter")
    expect(page.get_by_text("clerk was added")).to_be_visible()
    page.context.clear_cookies()
    return "clerk"


def test_its_holder_sees_these_people_and_nobody_else(
    page: Page, sign_in: Callable[..., None], clerk: str, axe: Callable[[Page], None], complaints: list[str]
) -> None:
    sign_in("admin")
    page.goto("/people/?q=Johanna")
    beyond = page.locator("a.row-link").first.get_attribute("href")
    for path in ("/members/scopes/", "/members/scopes/add/"):
        page.goto(path)
        axe(page)
    page.get_by_label("Name").focus()
    page.goto("/members/scopes/")
    page.get_by_role("link", name=NAME).press("Enter")
    expect(page.get_by_text("Members with a role for it")).to_be_visible()
    axe(page)
    page.context.clear_cookies()
    sign_in(clerk, PASSWORD)
    page.goto("/people/")
    rows = page.locator("tbody tr")
    assert rows.count() > 0
    for row in rows.all():
        expect(row).to_contain_text(DEPARTMENT)
    answer = page.goto(str(beyond))
    assert answer
    assert answer.status == 404
    complaints.clear()  # the browser notes the 404 that was asked for
