"""People click twice, at the same time as others, and change their minds: it is done once, or not at all."""

import itertools
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from neurons_admin.local import product
from tests.desk import Answer, Desk, Dialog
from tests.faults.orders import Order
from tests.faults.records import Row
from tests.faults.stage import Stage
from tests.faults.truth import assert_all_told_truth, assert_no_secret, assert_told_truth

AT_ONCE = 10
ROUNDS = 20
AT_EITHER = ("before claim", "after read")


def press_at_once(dialogs: Iterable[Dialog], **typed: str) -> list[Answer]:
    """Press each in a thread of its own, all in the same moment."""
    pressed = list(dialogs)
    together = threading.Barrier(len(pressed))

    def press(dialog: Dialog) -> Answer:
        together.wait()
        return dialog.press(**typed)

    with ThreadPoolExecutor(len(pressed)) as threads:
        return list(threads.map(press, pressed))


def runs_for(stage: Stage, answer: Answer) -> list[Row]:
    """Every run for the person whom an answer is about."""
    return stage.rows("SELECT * FROM people_actionrun WHERE person_id = %s", [answer.person.person])


def test_f22_a_button_pressed_ten_times_at_once(stage: Stage) -> None:
    """F22: the same click arrives ten times in parallel: one run, which every answer shows."""
    answers = press_at_once([stage.desk.open("revoke_sessions", stage.person())] * AT_ONCE)
    assert {(answer.status, answer.run) for answer in answers} == {(200, answers[0].run)}
    assert_told_truth(stage, answers[0], state="succeeded", effects=1, names="Accepted")
    assert len(runs_for(stage, answers[0])) == 1


def test_f22_the_form_of_a_run_that_is_over_is_sent_again(stage: Stage) -> None:
    """F22: back button and "send again" find the first run, with htmx and without; nothing happens twice."""
    dialog = stage.desk.open("reset_password", stage.person())
    first = dialog.press()
    stage.wait_final(first)
    again = dialog.press()
    assert (again.status, again.run) == (200, first.run)
    plain = stage.desk.post(dialog.path, {**dialog.fields, "confirmation": dialog.person.name, "force_change": "on"})
    assert plain.headers["Location"] == f"/runs/{first.run}/"
    assert_told_truth(stage, first, state="succeeded", effects=1, names="Accepted")
    assert len(runs_for(stage, first)) == 1


def test_f22_the_same_dialog_in_two_tabs(stage: Stage) -> None:
    """F22: two clicks of one person, for the same thing, in the same moment: one is done, the other tab is told."""
    person = stage.person()
    dialogs = [stage.desk.open("revoke_sessions", person) for _ in range(2)]
    order = stage.sabotage("before claim", "hold", only=person.object_id)
    answers = press_at_once(dialogs)
    order.wait()
    order.release()
    [done] = [answer for answer in answers if answer.run]
    [told] = [answer for answer in answers if not answer.run]
    assert "Demo Service Desk has asked for “Revoke sign-in sessions” already" in told.text
    assert_told_truth(stage, done, state="succeeded", effects=1, names="Accepted")
    assert len(runs_for(stage, done)) == 1


def test_f22_a_click_of_somebody_else(stage: Stage) -> None:
    """F22: a click's key that another user sends along opens nothing, and does nothing."""
    dialog = stage.desk.open("revoke_sessions", stage.person())
    asked = dialog.press()
    theirs = stage.desk_of("admin").open("revoke_sessions", dialog.person)
    stolen = Dialog(theirs.desk, theirs.path, theirs.person, {**theirs.fields, "click": str(dialog.click)})
    answer = stolen.press()
    assert (answer.status, answer.run) == (403, None)
    assert_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")


def test_f23_two_people_ask_for_the_same(stage: Stage) -> None:
    """F23: ten clicks each of two people at once: one run and one call; whoever comes second is told who and what."""
    person = stage.person()
    ours, theirs = (stage.desk_of(name).open("disable_account", person) for name in ("desk", "admin"))
    order = stage.sabotage("before claim", "hold", only=person.object_id)
    answers = press_at_once([ours, theirs] * AT_ONCE)
    order.wait()
    order.release()
    runs = {answer.run for answer in answers if answer.run}
    assert len(runs) == 1
    winner = next(answer for answer in answers if answer.run)
    asked_by = "Demo Service Desk" if winner.click == ours.click else "Demo Admin"
    late = [answer for answer in answers if answer.click != winner.click]
    assert len(late) == AT_ONCE
    assert all(f"{asked_by} has asked for “Disable account” already" in answer.text for answer in late)
    assert_told_truth(stage, winner, state="succeeded", effects=1, names=f"Asked for by {asked_by}.*Accepted")
    assert len(runs_for(stage, winner)) == 1


def test_f23_two_people_ask_for_what_contradicts_itself(stage: Stage) -> None:
    """F23: one wants the account disabled and one wants it enabled: one of them is done, the other is told."""
    person = stage.person()
    # As long as nobody knows how the account is, both are offered.
    stage.rows("UPDATE people_account SET enabled = NULL WHERE id = %s", [person.account])
    off = stage.desk.open("disable_account", person)
    on = stage.desk_of("admin").open("enable_account", person)
    order = stage.sabotage("before claim", "hold", only=person.object_id)
    answers = press_at_once([off, on])
    order.wait()
    order.release()
    [done] = [answer for answer in answers if answer.run]
    [told] = [answer for answer in answers if not answer.run]
    is_off = done.click == off.click
    words = "Demo Service Desk has asked for “Disable" if is_off else "Demo Admin has asked for “Enable"
    assert words in told.text
    names = "Accepted" if is_off else "It was already so"
    assert_told_truth(stage, done, state="succeeded", effects=int(is_off), names=names)
    assert stage.truth(person)["accountEnabled"] is not is_off


def test_f23_two_people_set_different_passwords(stage: Stage) -> None:
    """F23: of two typed passwords the one of the run that is shown is set, and the other is nowhere."""
    person = stage.person()
    typed = {"desk": "Kormoran-41-Segel", "admin": "Basalt-77-Fenster"}
    stage.secrets |= {f"what {name} typed": password for name, password in typed.items()}
    dialogs = {name: stage.desk_of(name).open("reset_password", person) for name in typed}
    order = stage.sabotage("before claim", "hold", only=person.object_id)
    with ThreadPoolExecutor(2) as threads:
        pressing = {name: threads.submit(dialogs[name].press, password=typed[name]) for name in typed}
        answers = {name: pressed.result() for name, pressed in pressing.items()}
    order.wait()
    order.release()
    [(winner, done)] = [(name, answer) for name, answer in answers.items() if answer.run]
    stage.wait_final(done)
    assert stage.truth(person)["password"] == typed[winner]
    assert_told_truth(stage, done, state="succeeded", effects=1, names="Accepted")


def loses_role(stage: Stage, answer: Answer) -> None:
    stage.rows("DELETE FROM access_user_groups WHERE user_id = (SELECT id FROM access_user WHERE username = 'desk')")


def is_disabled(stage: Stage, answer: Answer) -> None:
    stage.rows("UPDATE access_user SET is_active = false WHERE username = 'desk'")


def action_switched_off(stage: Stage, answer: Answer) -> None:
    stage.rows("UPDATE connectors_connector SET actions_withheld = ARRAY['reset_password']")


def connector_stops_acting(stage: Stage, answer: Answer) -> None:
    stage.rows("UPDATE connectors_connector SET actions_enabled = false")


def becomes_synced(stage: Stage, answer: Answer) -> None:
    stage.control("POST", f"users/{answer.person.object_id}", {"onPremisesSyncEnabled": True})


def is_deleted(stage: Stage, answer: Answer) -> None:
    stage.control("DELETE", f"users/{answer.person.object_id}")


@pytest.mark.parametrize(
    ("changed", "names", "points"),
    [
        (loses_role, "Demo Service Desk may no longer ask for this action", AT_EITHER),
        (is_disabled, "Demo Service Desk may no longer ask for this action", AT_EITHER),
        (action_switched_off, "does not offer this action", AT_EITHER),
        (connector_stops_acting, "This connector does not act", AT_EITHER),
        (becomes_synced, "synchronised from on-premises", AT_EITHER[:1]),
        (is_deleted, "not (there|in)|does not exist|deleted|no longer", AT_EITHER[:1]),
    ],
)
def test_f24_what_was_allowed_at_the_click_no_longer_is(
    stage: Stage, changed: Callable[[Stage, Answer], None], names: str, points: tuple[str, ...]
) -> None:
    """F24: the world changes before a run is taken up, or while it is: refused, nothing sent, no password kept."""
    asked = [ask_held(stage, point) for point in points]
    for answer, _ in asked:
        changed(stage, answer)
    for _, order in asked:
        order.release()
    for answer, _ in asked:
        run = stage.wait_final(answer)
        story = stage.story(answer)
        assert (run["state"], run["sent_at"]) == ("failed", None), story
        assert stage.effects(answer.person) == 0
        assert all(call["method"] == "GET" for call in stage.calls(answer)), story
        assert re.search(names, "\n".join(step["reason"] for step in stage.trail(answer))), story
        # Who has lost the role cannot look any more; who still may, can.
        assert stage.desk_of("admin").get(f"/runs/{answer.run}/").status_code == 200
    stage.wait_until(lambda: not stage.rows("SELECT 1 FROM people_sealedpassword"), otherwise="a password is kept")
    assert_no_secret(stage)


def ask_held(stage: Stage, point: str) -> tuple[Answer, Order]:
    """Ask for a new password; whoever takes that up waits at the point."""
    person = stage.person()
    order = stage.sabotage(point, "hold", only=person.object_id)
    answer = stage.ask("reset_password", person)
    order.wait()
    return answer, order


def cancel(desk: Desk, answer: Answer) -> str:
    """Press "Cancel"; returns what the page says then."""
    answered = desk.post(f"/runs/{answer.run}/cancel/", {})
    assert answered.status_code == 302, answered.text
    return desk.get(answered.headers["Location"]).text


def test_f33_cancelled_in_the_moment_of_being_taken_up(stage: Stage) -> None:
    """F33: twenty times, a little earlier or later: cancelled and never sent, or "too late" and done once."""
    ends = []
    for number, person in enumerate(stage.people(ROUNDS)):
        order = stage.sabotage("before claim", "hold", only=person.object_id)
        asked = stage.ask("revoke_sessions", person)
        order.wait()
        # From the worker well ahead to the person well ahead.
        let_go = threading.Timer(number * 0.003, order.release)
        let_go.start()
        said = cancel(stage.desk, asked)
        let_go.join()
        run = stage.wait_final(asked)
        sent = stage.effects(person)
        if run["state"] == "cancelled":
            assert (sent, run["sent_at"]) == (0, None), stage.story(asked)
            assert "Cancelled. Nothing more is sent." in said
        else:
            assert (run["state"], sent) == ("succeeded", 1), stage.story(asked)
            assert "Too late to cancel" in said
        ends.append(run["state"])
    assert len(ends) == ROUNDS
    assert set(ends) <= {"cancelled", "succeeded"}
    print(f"{ends.count('cancelled')} of {ROUNDS} were cancelled in time.")


@pytest.mark.parametrize("point", ["before claim", "after claim", "before call"])
def test_f33_cancelled_when_it_is_certain_who_is_first(stage: Stage, point: str) -> None:
    """F33: before it is taken up it can be taken back; from then on it is too late, whether it was sent or not."""
    person = stage.person()
    order = stage.sabotage(point, "hold", only=person.object_id)
    asked = stage.ask("revoke_sessions", person)
    order.wait()
    said = cancel(stage.desk, asked)
    order.release()
    if point == "before claim":
        assert "Cancelled. Nothing more is sent." in said
        assert_told_truth(stage, asked, state="cancelled", effects=0, names="Cancelled by Demo Service Desk")
    else:
        assert "Too late to cancel" in said
        assert_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")


@pytest.mark.faults
def test_f23_changes_to_one_account_go_one_after_the_other(stage: Stage) -> None:
    """F23: three things at once for each of three people, two workers: no two changes of one person overlap."""
    second = [part.replace("actions@", "second@") for part in product.worker("actions", concurrency=3)]
    stage.add("worker-second", second)
    stage.wait_ready("worker-second")
    people = stage.people(3)
    for method in ("PATCH", "POST"):
        stage.fault("latency", method=method, path="/users/**", seconds=0.3)
    actions = ("disable_account", "reset_password", "revoke_sessions")
    asked = [run for action in actions for run in stage.ask_many(action, people)]
    assert_all_told_truth(stage, asked, state="succeeded", effects=len(actions), names="Accepted")
    for person in people:
        spans = sorted(spans_of_changes(stage, person.object_id))
        assert len(spans) == len(actions)
        assert all(earlier[1] <= later[0] for earlier, later in itertools.pairwise(spans)), spans


def spans_of_changes(stage: Stage, object_id: str) -> Iterator[tuple[datetime, datetime]]:
    """From when until when the tenant was busy with each change of a person."""
    for entry in stage.journal():
        if object_id in entry["path"] and entry["effect"]:
            begin = datetime.fromisoformat(entry["time"])
            yield begin, begin + timedelta(milliseconds=entry["milliseconds"])
