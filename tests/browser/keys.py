"""A person without a mouse: every step is a key, and what is to be pressed must be reachable."""

from playwright.sync_api import Locator, Page

MOST_STEPS = 80


def walk_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press Tab (or `key`) until the focus is there; fail where it never arrives."""
    target.wait_for()
    for _ in range(MOST_STEPS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {target}")


def press(page: Page, target: Locator) -> None:
    """Walk to a button or link, and press Enter."""
    walk_to(page, target)
    page.keyboard.press("Enter")


def type_into(page: Page, label: str, text: str) -> None:
    """Walk to the field of this name, forwards or around, and type in place of what is there."""
    written = page.locator("input:not([type=radio]), textarea")
    walk_to(page, page.locator("#main").get_by_label(label, exact=True).and_(written))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
