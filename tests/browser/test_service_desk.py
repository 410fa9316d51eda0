"""The service desk, by keyboard: what is done forty times a morning takes few keys, and the focus is never lost."""

from playwright.sync_api import expect

from .keys import press, walk_to


def test_from_the_list_to_a_revoked_session_without_a_tab(page, sign_in):
    sign_in("desk")
    page.goto("/people/")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("lee g")
    expect(page.locator("#list .row-link")).to_have_text(["Lee Gu"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Lee Gu", level=1).wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("revoke")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Revoke sessions")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#runs").get_by_text("has to sign in again").wait_for()
    expect(page.locator("#actions-menu")).to_be_focused()


def test_a_filter_and_a_sorted_column_keep_the_focus(page, sign_in):
    sign_in("desk")
    page.goto("/people/")
    state = page.locator("summary", has_text="State")
    press(page, state)
    walk_to(page, page.get_by_role("link", name="Disabled", exact=True), "ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/?state=disabled")
    expect(state).to_be_focused()
    press(page, page.get_by_role("link", name="Department", exact=True))
    page.wait_for_url("**sort=department")
    expect(page.get_by_role("link", name="Department", exact=True)).to_be_focused()


def test_an_open_menu_outlives_the_end_of_a_run(page, sign_in):
    sign_in("desk")
    page.goto("/people/?q=sukarno")
    press(page, page.get_by_role("link", name="Sukarno"))
    page.locator("#person-actions").wait_for()
    page.keyboard.press("Control+k")
    page.keyboard.type("revoke")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Revoke sessions")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.keyboard.press("Control+k")
    page.keyboard.type("reset")
    page.locator("#runs tr").first.get_by_text("has to sign in again").wait_for()
    page.wait_for_timeout(500)
    expect(page.get_by_role("searchbox", name="Find an action")).to_have_value("reset")
    expect(page.get_by_role("searchbox", name="Find an action")).to_be_focused()
