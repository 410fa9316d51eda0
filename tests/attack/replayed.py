"""Forms that are sent again, by others, for others, or with more in them than they have."""

from concurrent.futures import ThreadPoolExecutor

from tests.attack.target import Target, is_broken

TIMES = 8
STATES = "SELECT id, asked_by_id, click FROM people_actionrun WHERE click = %s"
ASKED_BY = """
    SELECT r.override_reason, u.username FROM people_actionrun r JOIN access_user u ON u.id = r.asked_by_id
    WHERE click = %s
"""
FLAGS = "SELECT is_superuser, is_staff, is_active, username, password FROM access_user WHERE username = 'viewer'"
MORE = {
    "is_superuser": "on", "is_staff": "on", "is_active": "on", "username": "admin", "roles": "People admin",
    "groups": "1", "user_permissions": "1", "id": "1", "pk": "1", "password": "x",
}  # fmt: skip
RUN_FIELDS = {"state": "succeeded", "asked_by": "1", "asked_by_id": "1", "override_reason": "because", "attempts": "0"}


def forms(target: Target) -> None:
    """A dialog's form: many times at once, by somebody else, for somebody else."""
    stage = target.stage
    one, other = stage.people(2)
    dialog = stage.desk.open("disable_account", one)
    with ThreadPoolExecutor(TIMES) as threads:
        for answer in threads.map(lambda _: dialog.press(), range(TIMES)):
            target.note("one click sent many times at once", answer.status >= 500 and f"answered {answer.status}")
    found = stage.rows(STATES, [dialog.click])
    target.note("one click sent many times at once: runs", len(found) != 1 and f"{len(found)} runs")
    for username in ("people", "admin", "viewer", "nobody"):
        form = {**dialog.fields, "confirmation": one.name}
        answer = target.send(target.browser_of(username), "POST", dialog.path, data=form)
        found = stage.rows(STATES, [dialog.click])
        target.note(f"the same click by {username}", is_broken(answer) or (len(found) != 1 and f"{len(found)} runs"))
    path = dialog.path.replace(f"/people/{one.person}/", f"/people/{other.person}/")
    path = path.replace(f"/accounts/{one.account}/", f"/accounts/{other.account}/")
    target.send(stage.desk.browser, "POST", path, data={**dialog.fields, "confirmation": other.name})
    target.note("the same click for somebody else", len(stage.rows(STATES, [dialog.click])) != 1)
    crossed = dialog.path.replace(f"/people/{one.person}/", f"/people/{other.person}/")
    answer = target.send(stage.desk.browser, "POST", crossed, data={**dialog.fields, "confirmation": one.name})
    target.note("one person's account under another's page", answer.status_code != 404 and f"got {answer.status_code}")


def secrets_shown_again(target: Target) -> None:
    """A generated password: by others, and again."""
    stage = target.stage
    asked = stage.ask("reset_password", force_change="on")
    stage.wait_until(lambda: stage.run(asked)["state"] == "succeeded", 30)
    path = f"/runs/{asked.run}/password/"
    for username in ("admin", "people", "viewer", "connectors", "credentials", "nobody"):
        answer = target.send(target.browser_of(username), "POST", path)
        target.note(f"{username} reveals what was made for desk", _shows_secret(answer.text))
    with ThreadPoolExecutor(TIMES) as threads:
        browser = target.browser_of("desk")
        answers = list(threads.map(lambda _: target.send(browser, "POST", path), range(TIMES)))
    shown = sum(1 for answer in answers if _shows_secret(answer.text))
    target.note("revealed many times at once", shown != 1 and f"shown {shown} times")
    target.note("revealed once more", _shows_secret(target.send(browser, "POST", path).text))


def _shows_secret(text: str) -> bool:
    return "data-secret-value" in text


def more_than_the_form_has(target: Target) -> None:
    """Fields that a form does not have."""
    stage = target.stage
    before = stage.rows(FLAGS)
    for method, path in (("POST", "/profile/"), ("POST", "/members/add/"), ("POST", "/people/")):
        answer = target.send(target.browser_of("viewer"), method, path, data=MORE)
        changed = stage.rows(FLAGS) != before and "the user was changed"
        target.note(f"{method} {path} with fields of a user", is_broken(answer) or changed)
    person = stage.person()
    dialog = stage.desk.open("revoke_sessions", person)
    stage.desk.post(dialog.path, {**dialog.fields, **RUN_FIELDS, "confirmation": person.name})
    for row in stage.rows(ASKED_BY, [dialog.click]):
        target.note("a run asked for by somebody else", row["username"] != "desk")
        target.note("a reason that the form did not ask for", row["override_reason"] == "because")
