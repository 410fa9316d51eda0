"""The newcomer's path: sign in, find a person, act on them, see it done, and find it done in the tenant."""

import pytest

ADELE = "Adele Vance"


@pytest.fixture
def open_person(page, sign_in):
    def go(name=ADELE):
        sign_in()
        page.goto("/people/")
        page.get_by_role("searchbox").fill(name)
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("heading", name=name, level=1).wait_for()

    return go


@pytest.fixture
def tenant_user(product):
    """What the tenant itself knows of a person, asked behind the product's back."""

    def ask(sign_in_name):
        return product.control("GET", f"users/{sign_in_name}")

    return ask


def choose(page, label):
    page.get_by_text("Actions", exact=True).click()
    page.locator("#person-actions").get_by_role("link", name=label).click()
    return page.get_by_role("dialog")


def first_run(page):
    return page.locator("#runs tr").first


def test_a_password_is_reset_shown_once_and_set_in_the_tenant(page, open_person, tenant_user, screenshot, axe):
    before = tenant_user("AdeleV@contoso.example")["password"]
    open_person()
    axe(page)
    dialog = choose(page, "Reset password")
    axe(page)
    dialog.get_by_label("Type the person's name").fill(ADELE)
    dialog.get_by_role("button", name="Reset password").click()
    first_run(page).get_by_role("button", name="Show once").click()
    shown = page.locator("[data-secret-value]")
    shown.wait_for()
    axe(page)
    password = shown.inner_text()
    assert password != before
    assert tenant_user("AdeleV@contoso.example")["password"] == password

    page.get_by_role("dialog").get_by_role("button", name="Close").first.click()
    shown.wait_for(state="detached")
    page.get_by_role("button", name="Show once").wait_for(state="detached")
    assert password not in page.content()
    first_run(page).get_by_role("link").click()
    page.get_by_role("heading", name="What happened").wait_for()
    assert password not in page.content()
    axe(page)
    screenshot("run")


def test_disable_enable_and_revoke_reach_the_tenant(page, open_person, tenant_user):
    open_person()
    choose(page, "Disable account").get_by_role("button", name="Disable account").click()
    page.locator("#person-state").get_by_text("Disabled").wait_for()
    assert tenant_user("AdeleV@contoso.example")["accountEnabled"] is False

    choose(page, "Enable account").get_by_role("button", name="Enable account").click()
    page.locator("#person-state").get_by_text("Enabled").wait_for()
    assert tenant_user("AdeleV@contoso.example")["accountEnabled"] is True

    earlier = tenant_user("AdeleV@contoso.example")["signInSessionsValidFromDateTime"]
    choose(page, "Revoke sign-in sessions").get_by_role("button", name="Revoke sessions").click()
    first_run(page).get_by_text("has to sign in again").wait_for()
    assert tenant_user("AdeleV@contoso.example")["signInSessionsValidFromDateTime"] > earlier


def test_the_whole_job_by_keyboard(page, open_person, tenant_user):
    open_person("Megan Bowen")
    page.keyboard.press("Control+k")
    page.keyboard.type("revoke")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Revoke sessions").wait_for()
    earlier = tenant_user("MeganB@contoso.example")["signInSessionsValidFromDateTime"]
    page.get_by_role("dialog").get_by_role("button", name="Revoke sessions").focus()
    page.keyboard.press("Enter")
    first_run(page).get_by_text("has to sign in again").wait_for()
    assert tenant_user("MeganB@contoso.example")["signInSessionsValidFromDateTime"] > earlier


def test_a_double_click_makes_one_run(page, open_person):
    open_person("Miriam Graham")
    assert page.locator("#runs tr").count() == 0
    choose(page, "Revoke sign-in sessions").get_by_role("button", name="Revoke sessions").dblclick()
    first_run(page).get_by_text("has to sign in again").wait_for()
    page.reload()
    assert page.locator("#runs tr").count() == 1


def test_a_weak_password_is_refused_in_the_dialog_and_by_the_tenant(page, open_person):
    open_person()
    dialog = choose(page, "Reset password")
    dialog.get_by_label("New password").fill("weak")
    dialog.get_by_label("Type the person's name").fill(ADELE)
    dialog.get_by_role("button", name="Reset password").click()
    dialog.get_by_text("Use at least 8 characters").first.wait_for()
    # Strong by the rules, and on the tenant's list of banned words.
    dialog.get_by_label("New password").fill("Password2026!")
    dialog.get_by_role("button", name="Reset password").click()
    first_run(page).get_by_text("Failed").wait_for()
    first_run(page).get_by_text("refused the password").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_axe_finds_nothing(browser, product, sign_in, page, axe, scheme, width, screenshot):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in()
    for name, path in {"people": "/people/", "nobody": "/people/?q=zzzz", "activity": "/activity/"}.items():
        page.goto(path)
        axe(page)
        screenshot(f"{name}-{scheme}-{width}")
    page.goto("/people/?q=adele+v")
    page.get_by_role("link", name=ADELE, exact=True).click()
    page.get_by_role("heading", name=ADELE, level=1).wait_for()
    page.get_by_text("Actions", exact=True).click()
    axe(page)
    screenshot(f"person-{scheme}-{width}")


def test_a_group_is_found_and_chosen_by_keyboard(page, open_person):
    open_person("Lee Gu")
    page.keyboard.press("Control+k")
    page.keyboard.type("add to gr")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox").focus()
    page.keyboard.type("legal")
    page.keyboard.press("Enter")
    found = dialog.get_by_role("checkbox", name="SG Legal")
    found.wait_for()
    found.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    first_run(page).get_by_text("Done").wait_for()
    assert "Add to group: SG Legal" in first_run(page).inner_text()
