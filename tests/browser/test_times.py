"""Relative times stay true while a page stays open."""


def test_a_time_grows_older_by_itself(page, sign_in):
    sign_in()
    page.clock.install()
    page.goto("/people/?q=megan+b")
    page.get_by_role("link", name="Megan Bowen", exact=True).click()
    as_of = page.locator("#person-actions time")
    as_of.wait_for()
    page.clock.fast_forward("20:00")
    as_of.get_by_text("20 min ago").or_(as_of.get_by_text("21 min ago")).or_(as_of.get_by_text("22 min ago")).wait_for()
