"""Somebody with a signed-in browser: pages are fetched and forms are sent over HTTP, as htmx does it."""

import re
import time
import uuid
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

FIELD = re.compile(r'name="(csrfmiddlewaretoken|click|seen|drawn_from)" value="([^"]+)"')
ROW = re.compile(r'id="run-([0-9a-f-]{36})"')
PATIENCE_SECONDS = 30.0
CONFIRM = "/confirm/"


class Person(NamedTuple):
    """Somebody to do something to."""

    person: int
    account: int
    object_id: str
    name: str


@dataclass(frozen=True)
class Answer:
    """What the page said. `run` is the run that stands in the answer; None when it shows none."""

    person: Person
    click: uuid.UUID
    status: int
    seconds: float
    text: str
    run: uuid.UUID | None


class Desk:
    """One user with one browser. `pages` keeps the text of every page that was fetched."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self.address = address
        self.browser = requests.Session()
        self.browser.trust_env = False
        self.pages: list[str] = []
        self._password = password
        self._sign_in(username)

    def _sign_in(self, username: str) -> None:
        form = _hidden_fields(self.get("/sign-in/"))
        answer = self.post("/sign-in/", {**form, "username": username, "password": self._password})
        if answer.status_code != 302:
            raise RuntimeError("Sign-in failed.")

    def get(self, path: str, **headers: str) -> requests.Response:
        """Fetch a page; who is asked to prove who they are does so, and fetches it again."""
        answer = self._get(path, **headers)
        if _asks_for_proof(answer):
            self.post(CONFIRM, {"password": self._password})
            answer = self._get(path, **headers)
        return answer

    def _get(self, path: str, **headers: str) -> requests.Response:
        answer = self.browser.get(self.address + path, headers=headers, timeout=PATIENCE_SECONDS)
        self.pages.append(answer.text)
        return answer

    def post(self, path: str, data: dict[str, str], **headers: str) -> requests.Response:
        """Send a form; a redirect is not followed. The browser's own CSRF token goes with it if `data` has none."""
        form = {"csrfmiddlewaretoken": self.browser.cookies.get("csrf", ""), **data}
        answer = self.browser.post(
            self.address + path, data=form, headers=headers, timeout=PATIENCE_SECONDS, allow_redirects=False
        )
        self.pages.append(answer.text)
        return answer

    def fill(self, path: str, data: dict[str, str], *, to: str = "") -> requests.Response:
        """Open a page and send its form, with the hidden fields it was drawn with; `to`: where, if not to itself."""
        return self.post(to or path, {**_hidden_fields(self.get(path)), **data})

    def open(self, action: str, person: Person) -> "Dialog":
        """Open the dialog of an action, as the service desk does from a person's page."""
        path = f"/people/{person.person}/accounts/{person.account}/actions/{action}/"
        page = self.get(path, **{"HX-Request": "true"})
        fields = _hidden_fields(page)
        if "click" not in fields:
            raise RuntimeError(f"{action} is not offered for {person.name} ({page.status_code}):\n{page.text}")
        return Dialog(self, path, person, fields)

    def ask(self, action: str, person: Person, **typed: str) -> Answer:
        """Open the dialog, type into its fields, and press its button once."""
        return self.open(action, person).press(**typed)


@dataclass(frozen=True)
class Dialog:
    """An open dialog. It can be pressed any number of times, from several threads; the click stays the same."""

    desk: Desk
    path: str
    person: Person
    fields: dict[str, str] = field(repr=False)

    @property
    def click(self) -> uuid.UUID:
        return uuid.UUID(self.fields["click"])

    def press(self, **typed: str) -> Answer:
        """Send the form; the seconds are those of the answer alone. What is typed may replace the usual values."""
        data = {**self.fields, "confirmation": self.person.name, "force_change": "on", **typed}
        clock = time.perf_counter()
        answer = self.desk.post(self.path, data, **{"HX-Request": "true"})
        seconds = time.perf_counter() - clock
        row = ROW.search(answer.text) if answer.headers.get("HX-Retarget") == "#runs" else None
        run = uuid.UUID(row[1]) if row else None
        return Answer(self.person, self.click, answer.status_code, seconds, answer.text, run)


def _asks_for_proof(answer: requests.Response) -> bool:
    return urlsplit(answer.url).path == CONFIRM or answer.headers.get("HX-Redirect", "").startswith(CONFIRM)


def _hidden_fields(page: requests.Response) -> dict[str, str]:
    return dict(FIELD.findall(page.text))
