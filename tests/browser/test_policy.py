"""The content security policy in a real browser: no page breaks it, and what breaks it is seen."""

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Page

from .product import Product

INLINE = "document.head.appendChild(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
STYLE = "document.body.setAttribute('style', 'color: red')"
ELSEWHERE = (
    "document.body.appendChild(Object.assign(document.createElement('img'), {src: 'https://127.0.0.1:1/x.png'}))"
)
IMAGES = (
    "[...document.querySelectorAll('.form-select, .form-check-input')].map(e => getComputedStyle(e).backgroundImage)"
)
START = ("/", "/people/", "/people/deleted/", "/activity/", "/status/", "/connectors/", "/credentials/", "/members/",
         "/members/roles/", "/audit/", "/profile/", "/styleguide/")  # fmt: skip
PAGES = 120
# Ways out, and what is a file.
NOT_FOLLOWED = ("/sign-out/", "/certificate", "/export")


def test_what_breaks_the_policy_is_seen(page: Page, sign_in: Callable[..., None], complaints: list[str]) -> None:
    sign_in("viewer")
    for what in (INLINE, STYLE, ELSEWHERE):
        page.evaluate(what)
        page.wait_for_function("() => true")
        page.wait_for_timeout(200)
        assert any("Content Security Policy" in complaint for complaint in complaints), what
        complaints.clear()
    assert page.evaluate("window.ran") is None


def test_no_page_breaks_it(page: Page, sign_in: Callable[..., None], product: Product, complaints: list[str]) -> None:
    """Every page that a superuser can reach by links, as far as there is one of its kind."""
    sign_in("admin")
    waiting, kinds = list(START), set()
    while waiting and len(kinds) < PAGES:
        path = waiting.pop(0)
        kind = _kind(path)
        if kind in kinds:
            continue
        kinds.add(kind)
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, f"{path} answers {answer.status}"
        assert not complaints, f"{path}: {complaints}"
        links = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
        waiting += [urlsplit(link).path for link in links if _is_ours(link, product)]
    assert len(kinds) > 25, sorted(kinds)


def test_no_style_sheet_that_comes_late_makes_a_page_break_it(page: Page, sign_in: Callable[..., None]) -> None:
    """Whatever asks for the look of a field before our sheets are here: Bootstrap alone asks for no image either."""
    sign_in("admin")
    page.route("**/static/css/forms*.css", lambda route: route.fulfill(body="", content_type="text/css"))
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.goto("/styleguide/")
        images = page.evaluate(IMAGES)
        assert images
        assert not [image for image in images if "data:" in image]
    # What the browser refused would be a console error, which fails the test.


def _is_ours(link: str, product: Product) -> bool:
    return link.startswith(product.address) and not any(part in link for part in NOT_FOLLOWED)


def _kind(path: str) -> str:
    """One page of each kind is enough: ids are left out."""
    return "/".join("*" if any(sign.isdigit() for sign in part) else part for part in path.split("/"))
