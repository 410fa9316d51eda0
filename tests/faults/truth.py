"""What every row of the matrix asserts in the end."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import requests

from tests import leaks
from tests.faults.records import Asked, Row
from tests.faults.stage import Stage


def assert_told_truth(stage: Stage, asked: Asked, *, state: str, effects: int, names: str, within: float = 20.0) -> Row:
    """The run ends as `state` in time, changed the tenant so many times, says why, and no secret stands anywhere.

    `names` is searched in the reasons of the trail, one a line, over line ends too. Returns the run's row.
    """
    run = stage.wait_final(asked, within)
    story = stage.story(asked)
    assert run["state"] == state, story
    assert stage.effects(asked.person) == effects, f"{stage.effects(asked.person)} effects\n{story}"
    reasons = "\n".join(step["reason"] for step in stage.trail(asked))
    assert re.search(names, reasons, re.IGNORECASE | re.DOTALL), f"{names} is not told\n{story}"
    assert_no_secret(stage, asked)
    return run


def assert_all_told_truth(
    stage: Stage, many: Sequence[Asked], *, state: str, effects: int, names: str, within: float = 30.0
) -> None:
    """The same for many at once; `names` has to be told by at least one of them."""
    ends = Counter(stage.wait_final(asked, within)["state"] for asked in many)
    assert ends == {state: len(many)}, ends
    counted = stage.effects_by_person()
    assert {counted[asked.person.object_id] for asked in many} == {effects}, counted
    told = "\n".join(step["reason"] for asked in many for step in stage.trail(asked))
    assert re.search(names, told, re.IGNORECASE), f"{names} is not told\n{told}"
    assert_no_secret(stage, many[0])


def assert_no_secret(stage: Stage, *asked: Asked) -> None:
    """Nowhere: not in tables, sessions, the broker's memory and file, logs, and the pages that were fetched."""
    for each in asked:
        if each.run:
            _fetch_pages(stage, each)
    found = leaks.find(_secrets(stage, *asked), _places(stage))
    assert not found, "\n".join(found)


def _secrets(stage: Stage, *asked: Asked) -> dict[str, str]:
    apps = stage.tenant.described()["apps"]
    secrets = {f"the secret of the app {key}": app["client_secret"] for key, app in apps.items()}
    secrets |= {name: stage.settings[name] for name in ("SECRET_KEY", "CREDENTIAL_KEYS", "AUDIT_KEYS", "DEMO_PASSWORD")}
    for each in asked:
        if password := stage.truth(each.person)["password"]:
            secrets[f"the password of {each.person.name}"] = password
    if stage.rows("SELECT 1 FROM people_sealedpassword LIMIT 1"):
        sealed = stage.inside("sealed_passwords")
        secrets |= {f"the password sealed for run {run}": value for run, value in sealed.items()}
    return secrets | stage.secrets


def _places(stage: Stage) -> Iterator[leaks.Place]:
    yield from leaks.in_database(stage.settings["DATABASE_URL"])
    if stage.broker.server.answers():
        with stage.broker.client() as client:
            yield from leaks.in_broker(client)
    yield from leaks.in_files(stage.broker.server.home, "*.aof")
    yield from leaks.in_files(stage.logs)
    for username, desk in stage.desks.items():
        yield from leaks.in_texts(f"a page that {username} saw", desk.pages)


def _fetch_pages(stage: Stage, asked: Asked) -> None:
    """The pages that tell of the run: they must work, too, and are searched with the others."""
    for path in (f"/runs/{asked.run}/", f"/people/{asked.person.person}/", "/activity/"):
        page = stage.desk.get(path)
        assert page.status_code == requests.codes.ok, f"{path}: {page.status_code}"
