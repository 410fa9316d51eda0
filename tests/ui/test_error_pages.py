import pytest
from django.template.loader import get_template

PAGES = ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html"]


@pytest.mark.parametrize("page", PAGES)
def test_an_error_page_needs_neither_context_nor_database(page):
    html = get_template(page).render()
    assert "<h1>" in html
    assert "Go to the start" in html


@pytest.mark.parametrize("page", ["400.html", "403.html", "403_csrf.html"])
def test_a_refusal_says_that_nothing_was_changed(page):
    assert "Nothing was changed" in get_template(page).render()


def test_a_failure_does_not_promise_that_nothing_was_changed():
    assert "may or may not have been done" in get_template("500.html").render()


def test_a_reason_is_shown_as_text():
    html = get_template("400.html").render({"reason": "<b>NUL</b>."})
    assert "&lt;b&gt;NUL&lt;/b&gt;." in html
