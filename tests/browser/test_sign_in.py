"""Signing in by browser, on the product as it runs."""


def test_a_demo_user_signs_in_and_begins_at_home(page, sign_in, axe, screenshot):
    page.goto("/")
    axe(page)
    screenshot("sign-in")
    sign_in("admin")
    assert page.get_by_role("heading", name="Home", level=1).is_visible()
    assert page.get_by_role("link", name="Home").get_attribute("aria-current") == "page"
    axe(page)
    screenshot("home")


def test_a_wrong_password_is_told_and_keeps_the_name(page, complaints):
    page.goto("/sign-in/")
    page.locator("input[name=username]").fill("admin")
    page.locator("input[name=password]").fill("not the password")
    page.locator("form:has(input[name=password]) [type=submit]").click()
    page.get_by_role("alert").first.wait_for()
    assert page.locator("input[name=username]").input_value() == "admin"
    assert page.locator("input[name=password]").input_value() == ""
    complaints.clear()
