"""Made-up data for the style guide: runs and their stories."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils import timezone

from neurons_admin.ui.parts import Advice, Call, Choice, Link, Step

REQUEST_ID: Final = "b3a1f0c2-6d0e-4c58-9a77-2f0f6f6d1c11"
CLIENT_REQUEST_ID: Final = "5e9a4b1d-2222-4c58-9a77-2f0f6f6d1c11"
PATH: Final = "/users/8f0d2c1e-7d35-4b7e-9d6a-5b8f2f0b7a11"


@dataclass(frozen=True)
class SampleRun:
    """A run as `_run_row.html` takes it."""

    pk: int
    label: str
    state_label: str
    tone: str
    asked_by_label: str
    asked_at: datetime
    progress: str = ""
    message: str = ""
    is_over: bool = True
    url: str = "#runs"
    who: str = ""
    reveal_url: str = ""

    @property
    def poll_url(self) -> str:
        return reverse("ui:run")


def runs() -> list[SampleRun]:
    """Return one run for each end, and those on their way."""
    now = timezone.now()
    refused = "Graph refused: Insufficient privileges (403). Grant User Administrator to “Contoso act”."
    no_answer = "No answer came. The directory will be read to see whether it happened."
    return [
        SampleRun(2, "Reset password", "Queued", "waiting", "you", now, "0 of 2 calls"),
        SampleRun(3, "Disable account", "Running", "running", "you", now - timedelta(seconds=2), "2 of 3 calls"),
        SampleRun(
            4, "Enable account", "Done", "good", "Dana Whitfield", now - timedelta(minutes=9), "3 of 3 calls",
            "Adele Vance can sign in again.",
        ),
        SampleRun(5, "Delete account", "Failed", "bad", "you", now - timedelta(hours=5), "1 of 2 calls", refused),
        SampleRun(
            6, "Revoke sessions", "Unknown", "unknown", "Sam Okafor", now - timedelta(days=1), "1 of 1 calls", no_answer
        ),
        SampleRun(
            7, "Add to groups", "Refused", "neutral", "you", now - timedelta(days=30), "0 calls", "Nothing to change."
        ),
    ]  # fmt: skip


def live_run(*, is_over: bool) -> SampleRun:
    """Return a run that is on its way, or the same when it is done."""
    now = timezone.now()
    if is_over:
        return SampleRun(1, "Disable account", "Done", "good", "you", now, "3 of 3 calls", "It moved by itself.")
    return SampleRun(1, "Disable account", "Running", "running", "you", now, "1 of 3 calls", is_over=False)


def _steps_until_call() -> list[Step]:
    begun_at = timezone.now() - timedelta(minutes=2)
    read = Call("GET", "/users/8f0d…?$select=accountEnabled,displayName", 200, REQUEST_ID, 84)
    may = "“Contoso act” may do this: User.EnableDisableAccount.All."
    return [
        Step("Asked", "done", begun_at, "By Dana Whitfield, from this page."),
        Step("Checked", "done", begun_at, may),
        Step("Read before", "done", begun_at, "The account was enabled.", (read,)),
    ]


def timelines() -> list[tuple[str, list[Step]]]:
    """Return the story of a run for each way it can go."""
    begun = _steps_until_call()
    return [
        ("Done", begun + _steps_done()),
        ("Running", begun + _steps_running()),
        ("Failed", begun + _steps_failed()),
        ("Unknown", begun + _steps_unknown()),
    ]


def _steps_done() -> list[Step]:
    now = timezone.now()
    busy = Call("PATCH", PATH, 429, "0d6f2b9a-1111-4c58-9a77-2f0f6f6d1c11", 31)
    accepted = Call("PATCH", PATH, 204, REQUEST_ID, 212)
    return [
        Step("Called", "done", now, "Microsoft was busy at first; the second try went through.", (busy, accepted)),
        Step("Accepted", "done", now, "Microsoft Graph took the change."),
        Step("Observed", "done", now, "Read back: the account is disabled."),
    ]


def _steps_running() -> list[Step]:
    accepted = Call("PATCH", PATH, 204, REQUEST_ID, 212)
    return [
        Step("Called", "done", timezone.now(), calls=(accepted,)),
        Step("Accepted", "running", text="Waiting for the directory to show it."),
        Step("Observed", "waiting"),
    ]


def _steps_failed() -> list[Step]:
    refused = Call("PATCH", PATH, 403, REQUEST_ID, 95)
    return [
        Step("Called", "failed", timezone.now(), "Authorization_RequestDenied: insufficient privileges.", (refused,)),
        Step("Accepted", "skipped"),
        Step("Observed", "skipped"),
    ]


def _steps_unknown() -> list[Step]:
    now = timezone.now()
    silent = Call("PATCH", PATH, None, "", 15_000, CLIENT_REQUEST_ID, now, "no answer")
    looks = [Call("GET", PATH, 200, REQUEST_ID, 80, CLIENT_REQUEST_ID, now) for _ in range(3)]
    lost = Call("GET", PATH, None, "", 5_000, CLIENT_REQUEST_ID, now, "not reached", is_harmless=True)
    return [
        Step("Called", "unknown", now, "No answer within 15 s. It may have been done.", (silent,)),
        Step("Accepted", "unknown"),
        Step("Observed", "running", text="The directory is read again in 1 min.", calls=(*looks, lost)),
    ]


def advices() -> list[Advice]:
    """Return how a run can stand, in each tone that there is a use for."""
    now = timezone.now()
    entra = Link("Look at the person in Entra", "https://entra.microsoft.com/")
    return [
        Advice("good", "Done, and seen in the directory", "Adele Vance can no longer sign in.",
               links=(Link("Undo: enable account…", "#runs"),)),
        Advice("waiting", "Waiting for the next attempt", "Microsoft Graph asks this application to wait.",
               "Nothing was changed in the directory.", todo="Nothing needs to be done: it goes on by itself.",
               times=(("Next attempt", now + timedelta(minutes=2)), ("Expires", now + timedelta(hours=4)))),
        Advice("bad", "It was not done", "The person has this licence through a group.",
               "Nothing was changed in the directory by this run.",
               ("A group with this licence has the person as a member.",),
               "Remove the person from that group, or the licence from the group.", (entra,)),
        Advice("warning", "A person has to decide", "Microsoft did not answer, and the directory shows no change.",
               "It is not sent again by itself.",
               ("The connection broke, or a proxy in between cut it.", "Microsoft took too long, or has an outage."),
               "Look at the person in Entra first. Then say below what you found.", (entra,)),
    ]  # fmt: skip


def choices() -> list[Choice]:
    """Return what can be decided of a run of which nobody knows whether it happened."""
    return [
        Choice("#runs", "It happened", "The run ends as done, on your word. Nothing is sent."),
        Choice("#runs", "It did not happen", "The run ends as failed, on your word. Nothing is sent again."),
    ]
