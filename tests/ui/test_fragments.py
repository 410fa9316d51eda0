import pytest
from django.urls import reverse
from django.utils import timezone

from neurons_admin.ui.parts import Change, Entry, Group, Step
from neurons_admin.ui.styleguide_runs import SampleRun
from tests.ui.markup import rendered

DIALOG = {"title": "Disable account of Adele Vance", "action_url": "/do/", "verb": "Disable account"}


def run_row(*, is_over: bool):
    run = SampleRun(7, "Disable account", "Running", "running", "you", timezone.now(), is_over=is_over)
    return rendered("_run_row.html", {"run": run}).one("tr")


def test_a_run_asks_after_itself_until_it_is_over():
    assert run_row(is_over=False)["hx-get"] == reverse("ui:run")
    assert "hx-get" not in run_row(is_over=True).attributes


def test_an_entry_that_works_is_a_link_that_fills_the_dialog():
    group = Group("Sign-in", (Entry("Disable account…", "/disable/", key="d"),))
    link = rendered("_actions_menu.html", {"groups": [group]}).one("a")
    assert (link["href"], link["hx-get"], link["hx-target"]) == ("/disable/", "/disable/", "#dialog")
    assert link["aria-keyshortcuts"] == "Alt+D"


def test_an_entry_that_cannot_work_is_reachable_and_says_why_and_what_helps():
    entry = Entry("Delete account…", "/delete/", reason="Needs a permission.", cure="Grant it", cure_url="/cure/")
    markup = rendered("_actions_menu.html", {"groups": [Group("Lifecycle", (entry,))]})
    disabled = markup.one(role="link")
    assert (disabled["aria-disabled"], disabled["tabindex"]) == ("true", "0")
    assert markup.one(id=disabled["aria-describedby"]).text == "Needs a permission. Grant it"
    assert [link["href"] for link in markup.all("a")] == ["/cure/"]


def test_reasons_have_ids_of_their_own():
    groups = [Group(str(n), [Entry("x", reason="r"), Entry("y", reason="r")]) for n in range(3)]
    ids = rendered("_actions_menu.html", {"groups": groups}).ids
    assert len(ids) == len(set(ids)) == 7  # six reasons, and the menu's button


def test_a_dialog_works_without_scripts_and_stays_in_place_with_them():
    plain = rendered("_dialog.html", DIALOG).one("form")
    assert plain["action"] == "/do/"
    assert "hx-post" not in plain.attributes
    live = rendered("_dialog.html", DIALOG, htmx=True).one("form")
    assert (live["hx-post"], live["hx-target"]) == ("/do/", "#dialog")


@pytest.mark.parametrize(
    ("can_undo", "words"), [(True, "Can be undone."), (False, "Cannot be undone."), (None, "undone")]
)
def test_a_dialog_says_whether_it_can_be_undone(can_undo, words):
    text = rendered("_dialog.html", {**DIALOG, "can_undo": can_undo}).one("form").text
    assert (words in text) is (can_undo is not None)


def test_a_dialog_shows_what_changes_and_in_whose_name():
    changes = [Change("Account enabled", before=True, after=False)]
    context = {**DIALOG, "changes": changes, "actor": "Dana", "credential": "Contoso act"}
    text = rendered("_dialog.html", context).one("form").text
    assert "Account enabled yes no" in text
    assert "Recorded as asked by Dana" in text
    assert "action credential Contoso act" in text


def test_what_cannot_be_done_has_no_button():
    markup = rendered("_dialog.html", {**DIALOG, "problem": "The secret has expired.", "actor": "Dana"})
    assert not markup.all("button", type="submit")
    assert "The secret has expired." in markup.one("form").text
    assert "Dana" not in markup.html


def test_a_secret_stands_in_the_page_once_and_in_no_attribute():
    markup = rendered("_secret.html", {"secret": "Kavo-7291", "what": "Password", "seconds": 60})
    assert markup.html.count("Kavo-7291") == 1
    assert markup.one("code").text == "Kavo-7291"
    assert markup.one("button", data_copy_from=markup.one("code")["id"])


def test_a_secret_with_markup_in_it_is_shown_as_it_is():
    markup = rendered("_secret.html", {"secret": "a<b>&\"'c", "what": "Password", "seconds": 60})
    assert markup.one("code").text == "a<b>&\"'c"


@pytest.mark.parametrize("state", ["done", "running", "waiting", "failed", "unknown", "skipped"])
def test_a_step_says_its_state_in_words_too(state):
    item = rendered("_timeline.html", {"steps": [Step("Called", state)]}).one("li")
    assert f"({state})" in item.text


def test_a_call_without_an_answer_says_so():
    call = {"method": "PATCH", "path": "/users/1", "status": None, "request_id": "", "milliseconds": None}
    assert "no answer" in rendered("_call.html", {"call": call}).one("div").text


def test_progress_without_a_total_only_moves():
    context = {"label": "Reading people", "done": 12400, "rate": 3120}
    bar = rendered("_progress.html", context).one("progress")
    assert "value" not in bar.attributes
    bar = rendered("_progress.html", {**context, "total": 100_000}).one("progress")
    assert (bar["value"], bar["max"]) == ("12400", "100000")


def test_a_pager_says_how_much_there_is_and_offers_only_what_exists():
    context = {"shown": 50, "total": 12408, "noun": "people", "previous_url": "", "next_url": "?after=x"}
    markup = rendered("_pager.html", context)
    assert markup.one("nav").text.startswith("50 of 12,408 people")
    assert [link["href"] for link in markup.all("a")] == ["?after=x"]
    assert markup.one("button").text == "Previous"


def test_a_short_list_has_a_count_and_no_pages():
    markup = rendered("_pager.html", {"shown": 3, "total": 3, "noun": "people"})
    assert markup.one("nav").text == "3 people"
    assert not markup.all("a")


@pytest.mark.parametrize(("noun", "words"), [("people", "1 person"), ("runs", "1 run")])
def test_a_list_of_one_has_one(noun, words):
    assert rendered("_pager.html", {"shown": 1, "total": 1, "noun": noun}).one("nav").text == words


def test_messages_for_htmx_are_put_into_the_region_that_is_there():
    region = rendered("_messages.html", {"messages": [], "oob": True}).one(id="messages")
    assert region["hx-swap-oob"] == "beforeend"
    assert "hx-swap-oob" not in rendered("_messages.html", {"messages": []}).one(id="messages").attributes
