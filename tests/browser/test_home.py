"""Home in a real browser: for everybody, in every theme, with its numbers for those who cannot see the charts."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_is_in_anybodys_way(page, sign_in, axe, screenshot, colours, width):
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    sign_in("admin")
    axe(page)
    screenshot(f"home-{colours}-{width}")
    for summary in page.locator(".chart-numbers summary").all():
        summary.click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_charts_have_names_and_their_numbers_are_tables(page, sign_in):
    sign_in("viewer")
    expect(page.get_by_role("img", name="Runs per day")).to_be_visible()
    card = page.locator(".card", has_text="People by state")
    expect(card.get_by_role("img", name="Enabled:")).to_have_count(1)
    card.locator("summary").click()
    expect(card.get_by_role("row", name="Enabled")).to_be_visible()
    expect(page.locator(".card", has_text="Sync freshness")).to_have_count(0)
