"""A run as the shared fragments show it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from neurons_admin.access.models import User
from people.models import ActionRun

_PROGRESS = {
    ActionRun.State.QUEUED: "",
    ActionRun.State.HELD: "",
    ActionRun.State.UNKNOWN: "reading back",
}


@dataclass(frozen=True)
class RunRow:
    """One run in a list. `_run_row.html` names what it reads."""

    run: ActionRun
    viewer: User
    names_person: bool = True

    @property
    def pk(self) -> UUID:
        return self.run.pk

    @property
    def label(self) -> str:
        return self.run.label

    @property
    def tone(self) -> str:
        return "running" if self.run.state == ActionRun.State.RUNNING else self.run.tone

    @property
    def state_label(self) -> str:
        return self.run.get_state_display()

    @property
    def is_over(self) -> bool:
        return self.run.is_over

    @property
    def message(self) -> str:
        return self.run.message

    @property
    def progress(self) -> str:
        """Where the run stands: sent, accepted, or seen in the directory."""
        run = self.run
        if run.observed_at:
            return "observed"
        if run.accepted_at:
            return "accepted" if run.next_read_at else "accepted, not yet visible"
        if run.state == ActionRun.State.RUNNING:
            return "sent" if run.sent_at else "checking"
        return _PROGRESS.get(ActionRun.State(run.state), "")

    @property
    def asked_by_label(self) -> str:
        return self.run.asked_by.label

    @property
    def asked_at(self) -> datetime:
        return self.run.created_at

    @property
    def who(self) -> str:
        return self.run.person.display_name if self.names_person else ""

    @property
    def url(self) -> str:
        return self.run.get_absolute_url()

    @property
    def reveal_url(self) -> str:
        """Where the new password is shown once; empty for those who may not see it."""
        waits = getattr(self.run, "password_waits", False) and self.run.asked_by_id == self.viewer.pk
        return reverse("people:reveal", args=[self.run.pk]) if waits else ""

    @property
    def poll_url(self) -> str:
        return reverse("people:run_row", args=[self.run.pk]) + ("" if self.names_person else "?of=person")
