"""A person's page in the browser: what its menu offers, what its dialogs ask, what becomes of a run."""

import re
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from .product import Product

DOMAIN = "contoso.example"
expect.set_options(timeout=15_000)


class PersonPage:
    """One person's page, and behind the product's back what the tenant knows of them."""

    def __init__(self, page: Page, product: Product, alias: str) -> None:
        self.page = page
        self.product = product
        self.sign_in_name = f"{alias}@{DOMAIN}"
        self.id = str(product.control("GET", f"users/{quote(self.sign_in_name)}")["id"])

    def open(self) -> "PersonPage":
        """Find them in the list, by the sign-in name."""
        self.page.goto(f"/people/?q={quote(self.sign_in_name)}")
        self.page.locator("#list tr").filter(has_text=self.sign_in_name).locator(".row-link").first.click()
        self.page.locator("#person-actions").wait_for()
        return self

    @property
    def truth(self) -> Any:
        """What is so in the tenant."""
        return self.product.control("GET", f"users/{self.id}")

    def change(self, **values: Any) -> None:
        """Somebody else changes it in the tenant."""
        self.product.control("POST", f"users/{self.id}", values)

    @property
    def menu(self) -> Locator:
        return self.page.locator("#person-actions .menu-actions")

    def unfold(self) -> Locator:
        """The Actions menu, open."""
        if not self.menu.evaluate("menu => menu.open"):
            self.menu.locator("summary").click()
        return self.menu

    def choose(self, label: str) -> Locator:
        """The dialog of an action, by the menu and the keyboard alone."""
        self.page.keyboard.press("Control+k")
        search = self.page.get_by_role("searchbox", name="Find an action")
        expect(search).to_be_focused()
        self.page.keyboard.type(label)
        self.page.keyboard.press("Enter")
        dialog = self.page.get_by_role("dialog")
        expect(dialog.get_by_role("heading", name=label)).to_be_visible()
        return dialog

    def send(self, verb: str) -> None:
        """The dialog's button; afterwards the dialog is gone, for there was nothing to refuse."""
        self.press(verb)
        self.page.get_by_role("dialog").wait_for(state="hidden")

    def press(self, verb: str) -> None:
        """The dialog's button, by keyboard."""
        self.page.get_by_role("dialog").get_by_role("button", name=verb, exact=True).press("Enter")

    def confirm(self) -> None:
        """Type the person's sign-in name where the dialog wants to be sure."""
        self.page.get_by_role("dialog").get_by_label("Type the person's name").fill(self.sign_in_name)

    def refuses(self, *words: str) -> None:
        """The dialog stays, and says why."""
        for each in words:
            expect(self.page.get_by_role("dialog")).to_contain_text(each)

    def reason(self, label: str) -> Locator:
        """Why an entry of the menu is greyed."""
        greyed = self.page.locator(
            ".menu-entry[aria-disabled=true]", has_text=re.compile(rf"^\s*{re.escape(label)}…?\s*$")
        )
        entry = self.unfold().locator("li").filter(has=greyed).locator(".menu-entry")
        expect(entry).to_be_visible()
        return self.page.locator(f"#{entry.get_attribute('aria-describedby')}")

    def run(self, label: str) -> Locator:
        """The latest run of that name."""
        runs = self.page.locator("#runs tr")
        return runs.filter(has=self.page.get_by_role("link", name=label, exact=True)).first

    def done(self, label: str, words: str = "") -> None:
        """The run ends, and well."""
        expect(self.run(label).locator(".badge-state")).to_have_text("Done")
        expect(self.run(label)).to_contain_text(words)

    def failed(self, label: str, *words: str) -> None:
        """The run ends without a change, and its page says why."""
        expect(self.run(label).locator(".badge-state")).to_have_text("Failed")
        self.open_run(label)
        expect(self.page.get_by_role("heading", name="It was not done")).to_be_visible()
        for each in (*words, "Nothing was changed in the directory"):
            expect(self.page.locator("#run")).to_contain_text(each)

    def open_run(self, label: str) -> None:
        """The page of the latest run of that name."""
        self.run(label).get_by_role("link", name=label, exact=True).click()
        self.page.get_by_role("heading", name="What happened").wait_for()

    def undo(self) -> Locator:
        """From a run's page to the comparison that undoing begins with."""
        self.page.get_by_role("link", name="Undo: ").click()
        self.page.get_by_role("heading", name="Undo “").wait_for()
        return self.page.locator(".table-compared")

    def undone(self) -> None:
        """Press the button of the comparison; the run that undoes ends well."""
        self.page.get_by_role("button", name="Undo").press("Enter")
        self.page.wait_for_url("**/runs/*/")
        expect(self.page.locator("#run .badge-state").first).to_have_text("Done")
        expect(self.page.locator("#run")).to_contain_text("Undoes")

    def read_again(self) -> None:
        """Refresh the local copy."""
        self.page.get_by_role("button", name="Read again from the directory").click()
        self.page.wait_for_load_state()
