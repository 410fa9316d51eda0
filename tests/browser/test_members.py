"""Members by browser: one is added, signs in, and is shown what the role includes; each page is held to WCAG."""

import pytest

PASSPHRASE = "a long enough passphrase"


def add_member(page, username, *roles):
    page.goto("/members/add/")
    page.get_by_label("Username").fill(username)
    page.locator("input[name=password1]").fill(PASSPHRASE)
    page.locator("input[name=password2]").fill(PASSPHRASE)
    for role in roles:
        page.get_by_role("checkbox", name=f"{role}: ").check()
    page.get_by_role("button", name="Add member").click()
    page.get_by_text(f"{username} was added").wait_for()


def places(page):
    return page.locator(".nav-side .nav-item").all_inner_texts()


def test_a_new_member_sees_what_the_role_includes(page, sign_in):
    sign_in("admin")
    assert {"People", "Audit", "Members"} <= set(places(page))
    add_member(page, "newcomer", "Viewer")
    page.locator(".who").click()
    page.get_by_role("button", name="Sign out").first.click()
    page.wait_for_url("**/sign-in/")
    sign_in("newcomer", PASSPHRASE)
    assert places(page) == ["Home", "People", "Activity"]


def test_a_member_is_deactivated_in_a_dialog(page, sign_in):
    sign_in("admin")
    add_member(page, "leaver")
    page.goto("/members/?q=leaver")
    page.get_by_label("Actions for leaver").click()
    page.get_by_role("link", name="Deactivate").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("button", name="Deactivate").click()
    page.get_by_text("leaver can no longer sign in.").wait_for()
    assert page.locator(".page-state").inner_text() == "Inactive"
    page.goto("/audit/?area=member")
    assert "deactivated the member leaver" in page.locator("#list tbody tr").first.inner_text()


@pytest.mark.parametrize(("colours", "width"), [("light", 1280), ("dark", 390)])
def test_nothing_is_in_anybodys_way(page, sign_in, axe, screenshot, colours, width):
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    sign_in("admin")
    for path in (
        "/members/",
        "/members/add/",
        "/members/1/",
        "/members/1/password/",
        "/members/roles/",
        "/members/roles/add/",
        "/members/roles/1/",
        "/profile/",
        "/audit/",
    ):
        page.goto(path)
        axe(page)
        screenshot(f"{path.strip('/').replace('/', '-')}-{colours}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    page.goto("/members/add/")
    page.get_by_role("button", name="Add member").click()
    page.get_by_role("alert").wait_for()
    axe(page)
