from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from neurons_admin.ui.templatetags import ui
from neurons_admin.ui.times import exactly, lasting, since
from tests.ui.markup import Markup

NOW = datetime(2025, 3, 3, 14, 5, 9, tzinfo=UTC)


def in_list(source: str, query: str = "") -> Markup:
    request = RequestFactory().get(f"/people/?{query}")
    return Markup(Template("{% load ui %}" + source).render(Context({"request": request})))


@pytest.mark.parametrize("tone", ui.TONE_ICONS)
def test_a_badge_has_an_icon_and_words_in_every_tone(tone):
    markup = Markup(ui.badge("Expired", tone))
    assert markup.one("svg")["aria-hidden"] == "true"
    assert markup.elements[0].text == "Expired"


def test_only_a_running_badge_turns():
    assert "turning" in ui.badge("Running", "running")
    assert "turning" not in ui.badge("Done", "good")


def test_a_badge_shows_markup_as_text():
    assert "<b>" not in ui.badge("<b>x</b>", "good")


def test_an_unknown_tone_is_an_error_of_the_author():
    with pytest.raises(KeyError):
        ui.badge("x", "purple")


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=42), "42 s ago"),
        (timedelta(minutes=2, seconds=59), "2 min ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=22), "3 weeks ago"),
        (timedelta(days=364), "12 months ago"),
        (timedelta(days=800), "2 years ago"),
        (-timedelta(days=9), "in 1 week"),
        (-timedelta(minutes=5), "in 5 min"),
    ],
)
def test_times_are_relative(distance, words):
    assert since(NOW - distance, NOW) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "less than 1 s"),
        (timedelta(seconds=-5), "less than 1 s"),
        (timedelta(seconds=59, milliseconds=900), "59 s"),
        (timedelta(minutes=119), "1 hour"),
        (timedelta(days=15), "2 weeks"),
    ],
)
def test_lengths_of_time_are_in_their_largest_unit(length, words):
    assert lasting(length) == words


def test_the_exact_time_is_on_hover_and_in_the_markup():
    element = Markup(ui.ago(NOW)).one("time")
    assert element["title"] == exactly(NOW) == "Mon 3 Mar 2025, 14:05:09 UTC"
    assert element["datetime"] == "2025-03-03T14:05:09+00:00"


def test_no_time_is_never():
    assert Markup(ui.ago(None)).elements[0].text == "never"
    assert Markup(ui.ago(None, "not yet")).elements[0].text == "not yet"


def test_an_id_is_shortened_and_copied_whole():
    markup = Markup(ui.copy_id("b3a1f0c2-6d0e-4c58", what="request id"))
    assert markup.one("code").text == "b3a1f0c2…"
    button = markup.one("button")
    assert button["data-copy"] == "b3a1f0c2-6d0e-4c58"
    assert button["aria-label"] == "Copy request id b3a1f0c2…"


def test_a_short_id_is_shown_whole_and_a_missing_one_is_said():
    assert Markup(ui.copy_id("12345678", 8)).one("code").text == "12345678"
    assert "none" in ui.copy_id("")


def test_an_id_full_of_markup_stays_text():
    assert "<img" not in ui.copy_id('"><img src=x onerror=alert(1)>', 60)


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Adele Vance", "AV"), ("Sam", "S"), ("Jean-Luc van der Berg", "JB"), ("(ext) Ada Bell", "AB"), ("", "?")],
)
def test_an_avatar_shows_initials(name, initials):
    assert Markup(ui.avatar(name)).elements[0].text == initials


def test_an_avatar_is_silent_and_the_same_everywhere():
    assert ui.avatar("Adele Vance") == ui.avatar("Adele Vance")
    assert Markup(ui.avatar("Adele Vance")).elements[0]["aria-hidden"] == "true"


def test_a_chip_sets_its_filter_and_goes_back_to_the_first_page():
    link = in_list('{% chip "Guests" "guests" "1" 1200 %}', "q=ad&after=xyz").one("a")
    assert link["href"] == "?q=ad&guests=1"
    assert link.text == "Guests 1,200"
    assert "aria-current" not in link.attributes


def test_a_chip_that_holds_takes_its_filter_away():
    link = in_list('{% chip "Guests" "guests" "1" %}', "guests=1&q=ad").one("a")
    assert link["href"] == "?q=ad"
    assert link["aria-current"] == "true"
    assert link.text == "Guests (remove filter)"


@pytest.mark.parametrize(
    ("query", "order", "href"),
    [
        ("", "ascending", "?sort=-name"),
        ("sort=name", "ascending", "?sort=-name"),
        ("sort=-name", "descending", "?sort=name"),
        ("sort=department", "", "?sort=name"),
        ("q=x&before=1", "ascending", "?q=x&sort=-name"),
    ],
)
def test_a_head_sorts_and_says_how_it_is_sorted(query, order, href):
    markup = in_list('{% sort_head "Name" "name" default="name" %}', query)
    assert markup.one("th").get("aria-sort") == order
    assert markup.one("a")["href"] == href


def test_a_filter_menu_names_what_is_chosen():
    markup = in_list('{% include "_filter_menu.html" with label="State" name="state" options=options %}', "state=off")
    assert markup.one("summary").text == "State"  # no options, nothing chosen
    request = RequestFactory().get("/people/?state=off&q=a")
    source = '{% include "_filter_menu.html" with label="State" name="state" options=options %}'
    options = [("on", "Enabled"), ("off", "Disabled")]
    markup = Markup(Template(source).render(Context({"request": request, "options": options})))
    assert markup.one("summary").text == "State: Disabled"
    assert [link["href"] for link in markup.all("a")] == ["?q=a", "?q=a&state=on", "?q=a&state=off"]
    assert markup.one("a", aria_current="true").text == "Disabled"


def test_the_search_box_keeps_the_filters_but_not_the_page():
    markup = in_list('{% include "_search.html" with label="Search people" %}', "q=ad&state=on&after=1")
    assert markup.one("input", name="q")["value"] == "ad"
    assert [(e["name"], e["value"]) for e in markup.all("input", type="hidden")] == [("state", "on")]


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "none"), ("", "none"), ([], "none"), (True, "yes"), (False, "no"), (["a", "b"], "a, b"), (0, "0")],
)
def test_values_are_said_in_words(value, words):
    assert ui.as_words(value) == words


@pytest.mark.parametrize(
    ("status", "tone"), [(204, "good"), (403, "bad"), (429, "warning"), (503, "bad"), (None, "unknown")]
)
def test_a_status_has_a_tone(status, tone):
    assert ui.status_tone(status) == tone
