"""The shared components in a real browser: for everybody, in every theme, by keyboard, and without scripts."""

import re

import pytest
from playwright.sync_api import expect

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'"
)


@pytest.fixture(scope="module")
def cookies(browser, product):
    """The cookies of somebody who has signed in, once for all tests here."""
    window = browser.new_context(base_url=product.address)
    page = window.new_page()
    page.goto("/sign-in/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(product.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    yield window.cookies()
    window.close()


@pytest.fixture
def signed_in(page, cookies):
    """An empty page of somebody who is signed in."""
    page.context.add_cookies(cookies)
    return page


@pytest.fixture
def guide(signed_in):
    """The style guide."""
    signed_in.goto("/styleguide/")
    return signed_in


def actions(page):
    return page.locator("details.menu-actions")


def open_dialog(page, words):
    page.locator("#dialogs").get_by_role("link", name=words).click()
    expect(page.locator("#dialog")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 380])
def test_nothing_is_in_the_way_of_anybody(guide, axe, theme, width):
    guide.emulate_media(color_scheme=theme, reduced_motion="reduce")
    guide.set_viewport_size({"width": width, "height": 900})
    axe(guide)
    actions(guide).locator("summary").click()
    axe(guide)
    guide.keyboard.press("Escape")
    open_dialog(guide, "Delete account")
    guide.locator("#dialog [type=submit]").click()
    expect(guide.locator("#dialog [role=alert]")).to_be_focused()
    axe(guide)


@pytest.mark.parametrize("width", [360, 768, 1024, 1600])
def test_a_page_never_scrolls_sideways(guide, width):
    guide.set_viewport_size({"width": width, "height": 900})
    assert guide.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_it_all_works_under_a_strict_content_security_policy(signed_in):
    page = signed_in

    def with_policy(route):
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": STRICT})

    page.route("**/styleguide/**", with_policy)
    page.goto("/styleguide/")
    open_dialog(page, "Reset password")
    page.locator("#dialog [type=submit]").click()
    expect(page.locator("#messages .message")).to_be_visible()
    expect(page.locator("#dialog")).not_to_be_visible()
    # What the browser refused would be a console error, which fails the test.


def test_a_row_that_is_not_over_asks_after_itself_and_then_no_more(guide):
    row = guide.locator("#run-1")
    expect(row).to_contain_text("It moved by itself.")
    assert row.get_attribute("hx-get") is None


def test_the_actions_menu_by_keyboard(guide):
    guide.keyboard.press("Control+k")
    search = actions(guide).get_by_role("searchbox")
    expect(search).to_be_focused()
    guide.keyboard.press("ArrowDown")
    expect(guide.get_by_role("link", name="Reset password…").first).to_be_focused()
    guide.keyboard.press("End")
    expect(actions(guide).get_by_text("Delete account…")).to_be_focused()
    guide.keyboard.press("Enter")
    expect(guide.locator("#dialog")).not_to_be_visible()
    guide.keyboard.press("Home")
    guide.keyboard.press("d")
    expect(search).to_have_value("d")
    guide.keyboard.press("Escape")
    expect(actions(guide).locator("summary")).to_be_focused()
    expect(search).not_to_be_visible()


def test_typing_narrows_the_menu_and_enter_opens_the_first(guide):
    guide.keyboard.press("Control+k")
    guide.keyboard.type("dis acc")
    entries = actions(guide).locator("[data-menu-entry]:visible")
    expect(entries).to_have_count(1)
    guide.keyboard.press("Enter")
    expect(guide.locator("#dialog h2")).to_have_text("Disable account of Adele Vance")
    guide.keyboard.press("Escape")
    expect(guide.locator("#dialog")).not_to_be_visible()
    expect(actions(guide).locator("summary")).to_be_focused()


def test_typing_what_no_action_is_called(guide):
    guide.keyboard.press("Control+k")
    guide.keyboard.type("xyzzy")
    expect(actions(guide).get_by_text("No action has such a name.")).to_be_visible()


def test_a_click_elsewhere_closes_a_menu(guide):
    actions(guide).locator("summary").click()
    guide.locator("#words-head").click()
    expect(actions(guide).locator(".menu-panel")).not_to_be_visible()


def test_the_menu_of_a_row_is_not_cut_off(guide):
    guide.set_viewport_size({"width": 380, "height": 700})
    row = guide.locator("#list tbody tr").last
    row.locator("details summary").click()
    row.get_by_role("link", name="Disable account…").click()
    expect(guide.locator("#dialog h2")).to_have_text("Disable account of Adele Vance")


def test_a_dialog_keeps_what_was_typed_and_closes_when_it_is_done(guide):
    open_dialog(guide, "Delete account")
    field = guide.get_by_label("Type Adele Vance to go on").last
    expect(field).to_be_focused()
    field.fill("Ada")
    guide.keyboard.press("Enter")
    expect(guide.locator("#dialog [role=alert]")).to_be_focused()
    expect(field).to_have_value("Ada")
    field.fill("Adele Vance")
    guide.keyboard.press("Enter")
    expect(guide.locator("#dialog")).not_to_be_visible()
    expect(guide.locator("#messages")).to_contain_text("this is only the style guide")
    guide.locator("#messages").get_by_role("button", name="Dismiss message").click()
    expect(guide.locator("#messages .message")).to_have_count(0)


def test_a_server_that_does_not_answer_is_said(guide, complaints):
    open_dialog(guide, "Disable account")
    guide.route("**/styleguide/dialog/**", lambda route: route.abort())
    guide.locator("#dialog [type=submit]").click()
    expect(guide.locator("#dialog .dialog-messages")).to_contain_text("may or may not have been done")
    expect(guide.locator("#dialog [type=submit]")).to_be_enabled()
    complaints.clear()


def test_a_session_that_is_over_leads_to_sign_in(guide):
    expect(guide.locator("#run-1")).to_contain_text("It moved by itself.")
    guide.context.clear_cookies()
    guide.locator("#dialogs").get_by_role("link", name="Disable account").click()
    guide.wait_for_url(re.compile("/sign-in/"))


def pasted(page):
    """What the clipboard holds, as a person finds out: no page of ours may read it."""
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'pasted'}))")
    page.locator("#pasted").focus()
    page.keyboard.press("Control+V")
    return page.locator("#pasted").input_value()


def test_copying_an_id_says_so(guide):
    guide.context.grant_permissions(["clipboard-write"])
    button = guide.locator("#small [data-copy]").first
    button.click()
    expect(guide.locator(".announcer")).to_have_text("Copied")
    assert pasted(guide) == button.get_attribute("data-copy")


def test_a_secret_is_copied_and_then_taken_out_of_the_page(guide):
    guide.context.grant_permissions(["clipboard-write"])
    panel = guide.locator(".secret-panel")
    secret = panel.locator("code").inner_text()
    panel.get_by_role("button", name="Copy").click()
    expect(guide.locator(".announcer")).to_have_text("Copied")
    assert pasted(guide) == secret
    panel.get_by_role("button", name="Hide now").click()
    expect(panel).to_contain_text("No longer shown")
    assert secret not in guide.content()


def test_a_secret_is_taken_out_when_its_time_is_over(signed_in):
    page = signed_in
    page.clock.install()
    page.goto("/styleguide/")
    panel = page.locator(".secret-panel")
    page.clock.run_for(30_000)
    expect(panel).to_contain_text("Hidden in 30 s")
    panel.get_by_role("button", name="More time").click()
    page.clock.run_for(45_000)
    expect(panel.locator("code")).not_to_have_text("No longer shown")
    page.clock.run_for(16_000)
    expect(panel.locator("code")).to_have_text("No longer shown")


def test_without_scripts_menus_are_disclosures_and_dialogs_are_pages(browser, product, cookies):
    quiet = browser.new_context(base_url=product.address, java_script_enabled=False)
    quiet.add_cookies(cookies)
    try:
        page = quiet.new_page()
        page.goto("/styleguide/")
        assert not page.get_by_role("searchbox", name="Find an action").is_visible()
        actions(page).locator("summary").click()
        actions(page).get_by_role("link", name="Reset password…").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Reset password of Adele Vance")
        page.get_by_role("button", name="Reset password").click()
        expect(page.locator("#messages")).to_contain_text("this is only the style guide")
    finally:
        quiet.close()
