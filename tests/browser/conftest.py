"""A real Chromium on the real product.

The fixtures end with this folder: Playwright's event loop would be in the way of Django's ORM.
"""

import math
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Response,
    ViewportSize,
    sync_playwright,
)

from .person_page import PersonPage
from .product import Product

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "var" / "screenshots"
NAMES = (os.environ.get("CHROMIUM", "chromium"), "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT_MILLISECONDS = 15_000
# Well before the product asks whoever signed in to prove again who they are.
SIGNED_IN_LATELY = 7 * 60.0


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its demo tenant, freshly seeded; all tests of this folder share it."""
    running = Product(tmp_path_factory.mktemp("product"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. A machine without one fails: `make test` installs it, and no browser test is passed over in silence."""
    program = next((found for name in NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("There is no Chromium for the browser tests: run `make test`, or `apt-get install chromium`.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser, product: Product) -> Iterator[BrowserContext]:
    """A browser window's worth of cookies, with the product as its base address."""
    # A dialog that is still fading in has other colours than axe should measure.
    size: ViewportSize = {"width": 1280, "height": 900}
    opened = browser.new_context(base_url=product.address, viewport=size, reduced_motion="reduce")
    opened.set_default_timeout(WAIT_MILLISECONDS)
    yield opened
    opened.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about; a test that provokes complaints on purpose clears it."""
    return []


@pytest.fixture
def page(context: BrowserContext, complaints: list[str]) -> Iterator[Page]:
    """An empty page. The test fails when the console showed an error, or when the server answered with a 500."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def on_response(response: Response) -> None:
        if response.status >= 500:
            complaints.append(f"{response.status}: {response.request.method} {response.url}")

    opened = context.new_page()
    _type_when_loaded(opened)
    opened.on("console", on_console)
    opened.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    opened.on("response", on_response)
    yield opened
    assert not complaints, "\n".join(complaints)


def _type_when_loaded(page: Page) -> None:
    """Have each key wait for the page's scripts, as people do: a heading is there before what listens to keys is."""
    press, type_ = page.keyboard.press, page.keyboard.type

    def press_when_loaded(key: str, **options: Any) -> None:
        page.wait_for_load_state()
        press(key, **options)

    def type_when_loaded(text: str, **options: Any) -> None:
        page.wait_for_load_state()
        type_(text, **options)

    page.keyboard.press, page.keyboard.type = press_when_loaded, type_when_loaded  # type: ignore[method-assign]


@pytest.fixture
def sign_in(page: Page, product: Product) -> Callable[..., None]:
    """sign_in("admin") signs a demo user in, by the form; all demo users have the same password."""

    def by_form(user: str = "admin", password: str | None = None) -> None:
        page.goto("/sign-in/")
        page.locator("input[name=username]").fill(user)
        page.locator("input[name=password]").fill(password or product.password)
        page.locator("form:has(input[name=password]) [type=submit]").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)

    return by_form


@pytest.fixture(scope="package")
def sessions() -> dict[str, tuple[float, list[Any]]]:
    """When demo users signed in, and their cookies: who has done so lately need not do so in each test."""
    return {}


@pytest.fixture
def person(
    page: Page,
    context: BrowserContext,
    product: Product,
    sign_in: Callable[..., None],
    sessions: dict[str, tuple[float, list[Any]]],
) -> Callable[..., PersonPage]:
    """person("JohannaL") is the page of whoever has that sign-in name; `user` is who looks at it."""

    def open_page(alias: str, user: str = "admin") -> PersonPage:
        since, cookies = sessions.get(user, (-math.inf, []))
        context.clear_cookies()
        if time.monotonic() - since < SIGNED_IN_LATELY:
            context.add_cookies(cookies)
        else:
            sign_in(user)
            sessions[user] = time.monotonic(), context.cookies()
        return PersonPage(page, product, alias).open()

    return open_page


@pytest.fixture
def screenshot(page: Page) -> Callable[[str], Path]:
    """screenshot("person") saves the whole page as var/screenshots/person.png."""

    def save(name: str) -> Path:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        place = SCREENSHOTS / f"{name}.png"
        page.screenshot(path=place, full_page=True)
        return place

    return save


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """axe(page) fails when axe-core finds an obstacle for people with disabilities, and says which, and where."""

    def check(page: Page) -> None:
        # Preloading style sheets is for a rule that is off; it writes inline styles, which the policy refuses.
        violations = Axe().run(page, options={"preload": False}).response["violations"]
        assert not violations, "\n".join(_readable(violation) for violation in violations)

    return check


def _readable(violation: dict[str, Any]) -> str:
    places = "\n".join(f"  {node['target']}: {node.get('failureSummary', '')}" for node in violation["nodes"])
    return f"{violation['id']} ({violation['impact']}): {violation['help']}\n{places}"
