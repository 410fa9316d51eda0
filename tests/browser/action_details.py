"""Action details in the browser: with which of the tenant's apps the demo's connector acts, and what it offers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from .product import Product

SHARED = "Contoso act"
# The second where a test has put everything back itself.
SAVED = re.compile("The changes were saved.|Nothing was changed.")


@contextmanager
def acting(browser: Browser, product: Product, app: str, *offered: str) -> Iterator[None]:
    """Act with another app and offer these actions as well; afterwards all is as it was."""
    context = browser.new_context(base_url=product.address)
    page = context.new_page()
    page.goto("/sign-in/")
    page.locator("input[name=username]").fill("admin")
    page.locator("input[name=password]").fill(product.password)
    page.locator("form:has(input[name=password]) [type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in/" not in url)
    try:
        _open(page)
        given = product.tenant.described()["apps"][app]
        page.get_by_label("Fill in here").check()
        page.get_by_label("Application (client) ID").fill(given["client_id"])
        page.get_by_label("Client secret", exact=True).fill(given["client_secret"])
        _save(page, offered, ticked=True)
        yield
    finally:
        _open(page)
        page.get_by_label("Use a shared").check()
        page.get_by_label("Shared credential", exact=True).select_option(label=_labelled(page))
        _save(page, offered, ticked=False)
        context.close()


def _open(page: Page) -> None:
    page.goto("/connectors/")
    page.get_by_role("link", name="Contoso (demo)").click()
    page.get_by_role("link", name="Edit action details").click()
    page.get_by_role("heading", name="Action details", level=1).wait_for()


def _labelled(page: Page) -> str:
    options = page.get_by_label("Shared credential", exact=True).locator("option")
    return next(text for text in options.all_inner_texts() if text.startswith(SHARED))


def _save(page: Page, offered: tuple[str, ...], *, ticked: bool) -> None:
    for label in offered:
        page.get_by_role("checkbox", name=f"{label} (").set_checked(ticked)
    page.get_by_role("button", name="Save").click()
    page.get_by_text(SAVED).wait_for()
