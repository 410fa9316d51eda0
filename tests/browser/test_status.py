"""The status page beside a real sweeper and real workers, which are heard; and held to WCAG."""

import time

import pytest
from playwright.sync_api import expect


def healthz(page):
    return page.request.get("/healthz").json()


def test_sweeper_and_workers_are_heard_by_the_product_itself(page, sign_in):
    deadline = time.monotonic() + 30
    while healthz(page)["status"] != "green" and time.monotonic() < deadline:
        time.sleep(0.5)
    assert healthz(page)["problems"] == []
    sign_in("viewer")
    page.goto("/activity/")
    expect(page.locator(".callout")).to_have_count(0)
    page.get_by_role("link", name="Status").click()
    expect(page.locator(".page-state")).to_have_text("All is well")
    expect(page.locator(".card", has_text="Sweeper")).to_contain_text("Going")
    expect(page.locator(".card", has_text="Broker and workers")).to_contain_text("last heard")


@pytest.mark.parametrize(("colours", "width"), [("light", 1280), ("dark", 390)])
def test_nothing_is_in_anybodys_way(page, sign_in, axe, screenshot, colours, width):
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    sign_in("viewer")
    page.goto("/status/")
    axe(page)
    screenshot(f"status-{colours}-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
