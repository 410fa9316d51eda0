"""Action details: a look at the other source of a credential loses nothing until saved; Save is always in sight."""

import re

import pytest
from playwright.sync_api import expect

from .product import Product

FILLED = {"Application (client) ID": "8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f", "Client secret": "typed-and-not-saved"}
# Whether what has the focus lies under the bar with the buttons, or under the navigation of a narrow window.
COVERED = """() => {
  const bar = document.querySelector('.form-wide > .form-actions');
  const field = document.activeElement;
  if (bar.contains(field) || !bar.parentElement.contains(field)) return false;
  const box = field.getBoundingClientRect();
  const top = document.querySelector('.nav-top').getBoundingClientRect().bottom;
  return box.bottom > bar.getBoundingClientRect().top + 1 || box.top < top - 1;
}"""


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def action_details(request, browser, product: Product):
    """Action details of the demo's connector, open, with JavaScript and without."""
    context = browser.new_context(base_url=product.address, java_script_enabled=request.param)
    page = context.new_page()
    page.goto("/sign-in/")
    page.locator("input[name=username]").fill("connectors")
    page.locator("input[name=password]").fill(product.password)
    page.locator("form:has(input[name=password]) [type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    page.goto("/connectors/")
    page.get_by_role("link", name="Contoso (demo)").click()
    page.get_by_role("link", name="Edit action details").click()
    page.get_by_role("heading", name="Action details", level=1).wait_for()
    yield page
    context.close()


def test_a_look_at_the_other_source_keeps_what_was_typed_and_changes_nothing_that_is_stored(action_details):
    page = action_details
    shared = page.get_by_label("Shared credential", exact=True)
    chosen = shared.input_value()
    page.get_by_label("Fill in here").check()
    expect(shared).to_be_hidden()
    expect(page.get_by_text("takes it off this connector only")).to_be_visible()
    for label, text in FILLED.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("Use a shared").check()
    expect(shared).to_have_value(chosen)
    expect(page.get_by_label("Client secret", exact=True)).to_be_hidden()
    page.get_by_label("Fill in here").check()
    for label, text in FILLED.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(text)
    page.goto(page.url)
    expect(page.get_by_label("Use a shared")).to_be_checked()
    expect(shared).to_have_value(chosen)


def test_a_check_of_the_one_source_keeps_the_other(action_details):
    page = action_details
    page.get_by_label("Fill in here").check()
    page.get_by_label("Application (client) ID").fill(FILLED["Application (client) ID"])
    page.get_by_label("Use a shared").check()
    page.get_by_role("button", name="Check without saving").click()
    expect(page.locator("#check-result")).to_contain_text(re.compile("Microsoft accepted"))
    page.get_by_label("Fill in here").check()
    expect(page.get_by_label("Application (client) ID")).to_have_value(FILLED["Application (client) ID"])


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 700)])
def test_save_is_always_in_sight_and_never_covers_what_has_the_focus(page, sign_in, width, height):
    page.set_viewport_size({"width": width, "height": height})
    sign_in("connectors")
    page.goto("/connectors/")
    page.get_by_role("link", name="Contoso (demo)").click()
    page.get_by_role("link", name="Edit action details").click()
    save = page.get_by_role("button", name="Save", exact=True)
    page.get_by_label("Carry out actions in this tenant").focus()
    seen = set()
    while not save.evaluate("each => each === document.activeElement"):
        expect(save).to_be_in_viewport(ratio=1)
        assert not page.evaluate(COVERED), page.evaluate("document.activeElement.outerHTML")
        seen.add(page.evaluate("document.activeElement.value"))
        page.keyboard.press("Tab")
    assert len(seen) > 15
    for _ in range(len(seen)):
        page.keyboard.press("Shift+Tab")
        assert not page.evaluate(COVERED), page.evaluate("document.activeElement.outerHTML")
