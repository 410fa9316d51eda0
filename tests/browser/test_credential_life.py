"""The keeper of shared credentials, by keyboard: one is added, attached, given a certificate, and goes again."""

import ssl
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .action_details import SHARED, acting
from .keys import press, type_into, walk_to

NAME = "Fabrikam act"


@pytest.fixture
def app(product):
    described = product.tenant.described()
    return described["apps"]["full"] | {"tenant_id": described["tenant_id"]}


@pytest.fixture
def keeper(page, browser, product, sign_in):
    """Somebody who keeps credentials and connectors. What the demo's connector acts with is put back afterwards."""
    with acting(browser, product, "full"):
        sign_in("admin")
        yield page


def add(page, app):
    page.goto("/credentials/")
    press(page, page.get_by_role("link", name="Add a credential"))
    type_into(page, "Name", NAME)
    type_into(page, "Directory (tenant) ID", app["tenant_id"])
    type_into(page, "Application (client) ID", app["client_id"])
    type_into(page, "Client secret", app["client_secret"])
    press(page, page.get_by_role("button", name="Add credential"))
    page.get_by_role("heading", name=NAME, level=1).wait_for()
    press(page, page.get_by_role("button", name="Check", exact=True))
    expect(page.locator("#check-result")).to_contain_text("Microsoft accepted it")


def attach(page):
    page.goto("/connectors/")
    page.get_by_role("link", name="Contoso (demo)").click()
    press(page, page.get_by_role("link", name="Edit action details"))
    walk_to(page, page.get_by_label("Fill in here"))
    page.keyboard.press("ArrowDown")
    choice = page.get_by_label("Shared credential", exact=True)
    walk_to(page, choice)
    page.keyboard.type(NAME)
    expect(choice.locator("option:checked")).to_contain_text(NAME)
    press(page, page.get_by_role("button", name="Save", exact=True))
    page.get_by_text("The changes were saved.").wait_for()


def give_certificate(page, product, folder):
    page.goto("/credentials/")
    press(page, page.get_by_role("link", name=NAME, exact=True))
    press(page, page.get_by_role("link", name="Replace secret").first)
    walk_to(page, page.get_by_role("radio", name="Client secret"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Good for")).to_be_visible()
    press(page, page.get_by_role("button", name="Replace", exact=True))
    expect(page.get_by_role("region", name="Certificate that waits")).to_contain_text("stays in use")
    use = page.get_by_role("button", name="Try it and take it into use")
    press(page, use)
    page.get_by_text("does not accept this certificate").wait_for()
    with page.expect_download() as download:
        press(page, page.get_by_role("link", name="Download the public part"))
    file = Path(folder / "certificate.cer")
    download.value.save_as(file)
    product.control("POST", "apps/full", {"certificates": [ssl.DER_cert_to_PEM_cert(file.read_bytes())]})
    press(page, use)
    page.get_by_text("signs in with its certificate").wait_for()


def delete(page):
    menu = page.locator("summary[aria-label^='Actions for']")
    press(page, menu)
    walk_to(page, page.get_by_role("link", name="Delete…"), "ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It is in use and cannot be deleted")
    walk_to(page, dialog.get_by_label("Use instead"))
    page.keyboard.type(SHARED)
    press(page, dialog.get_by_role("button", name="Use it instead"))
    page.get_by_text(f"{SHARED} took over in 1 connector.").wait_for()
    press(page, page.get_by_role("button", name="Delete", exact=False))
    page.get_by_text(f"{NAME} was deleted.").wait_for()


def test_from_being_added_to_giving_its_place_to_another(keeper, app, product, axe, tmp_path):
    add(keeper, app)
    axe(keeper)
    attach(keeper)
    give_certificate(keeper, product, tmp_path)
    axe(keeper)
    delete(keeper)
    keeper.goto("/connectors/")
    keeper.get_by_role("link", name="Contoso (demo)").click()
    expect(keeper.get_by_role("region", name="Action details")).to_contain_text(SHARED)
