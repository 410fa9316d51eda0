"""What somebody can decide about a run, each with a sentence on what it does."""

from django.urls import reverse

from neurons_admin.access.models import User
from neurons_admin.ui.parts import Choice
from people import approvals, policy
from people.models import ActionRun

State = ActionRun.State


def choices_for(run: ActionRun, viewer: User) -> list[Choice]:
    """The buttons of the run's page, for who may ask for its action, or agree to it."""
    waits = run.state == State.HELD and run.held_because == ActionRun.Held.APPROVAL
    if waits and approvals.may_decide(viewer, run):
        return _second(run)
    if not policy.may(viewer, run.kind, run.account):
        return []
    after_restore = run.state == State.HELD and run.held_because == ActionRun.Held.RESTORE
    choices = _go_on(run) if after_restore else []
    if run.state == State.NEEDS_OPERATOR or (after_restore and run.in_doubt):
        choices += _what_happened(run)
    if run.state in (State.QUEUED, State.HELD) and run.sent_at is None and not run.in_doubt:
        url = reverse("people:cancel", args=[run.pk])
        choices.append(Choice(url, "Cancel this run", "It ends here. Nothing more is sent."))
    return choices


def _second(run: ActionRun) -> list[Choice]:
    agree = "It goes into the queue, and is carried out within seconds after the same checks as ever."
    disagree = "It ends here, and nothing is sent. You say why on the next page."
    return [
        Choice(reverse("people:agree", args=[run.pk]), "Agree", agree, is_main=True),
        Choice(reverse("people:disagree", args=[run.pk]), "Do not agree…", disagree),
    ]


def _go_on(run: ActionRun) -> list[Choice]:
    sentence = (
        "It goes back into the queue, and is carried out within seconds after the same checks as ever. If the directory"
        " is as wanted already, nothing is sent."
    )
    if run.in_doubt:
        sentence = (
            "The directory is read first. If it shows the change, the run ends as done; if not, it is sent again only"
            " if that can do no harm."
        )
    return [Choice(reverse("people:confirm", args=[run.pk]), "Carry it out", sentence, is_main=True)]


def _what_happened(run: ActionRun) -> list[Choice]:
    url = reverse("people:decide", args=[run.pk])
    happened = "The run ends as done, on your word. Nothing is sent. It is recorded that you said so."
    not_happened = "The run ends as failed, on your word. Nothing is sent again; whoever still wants it asks anew."
    if run.kind is not None and run.kind.secret_field:
        happened += " A password that was made can be shown to whoever asked, for 15 minutes from when the run stopped."
        not_happened += " The new password is destroyed."
    return [
        Choice(url, "It happened", happened, "happened", "yes"),
        Choice(url, "It did not happen", not_happened, "happened", "no"),
    ]
