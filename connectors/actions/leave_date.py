"""Set or remove the date on which somebody leaves: https://learn.microsoft.com/graph/api/user-update."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from connectors.graph import Reader, read_user

from .base import Action, Need, Order, moment_of
from .forms import ActionForm
from .permissions import READING, USER_LIFE_CYCLE, USER_READ
from .property_change import PropertyChange
from .target import State, Target

LEAVES = "employeeLeaveDateTime"
# Beyond this somebody has mistyped the year.
_EARLIEST, _LATEST = date(1950, 1, 1), date(2199, 12, 31)
_NO_DAY = "Look at the year."


class LeaveDateForm(ActionForm):
    """`live` is today's value as Graph writes it, None without one: it is not among what is imported."""

    day = forms.DateField(
        label="Date",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(_EARLIEST, _NO_DAY), MaxValueValidator(_LATEST, _NO_DAY)],
    )
    time = forms.TimeField(label="Time", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    remove = forms.BooleanField(label="Remove the leave date", required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        zone = timezone.get_current_timezone_name()
        self.fields["time"].help_text = f"In the time zone {zone}. Left empty, it is the end of that day."
        today = moment_of(self.live)
        if today is None:
            self.fields["remove"].disabled = True
            self.fields["remove"].help_text = "There is no leave date today."
        else:
            here = timezone.localtime(today)
            # To the minute, as a browser sends it back.
            self.fields["day"].initial, self.fields["time"].initial = here.date(), here.time().replace(second=0)

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        is_another = not {"day", "time"}.isdisjoint(self.changed_data)
        if given.get("remove"):
            if is_another:
                self.add_error("remove", "Either another date, or none.")
        elif "day" not in self.errors and not given.get("day"):
            self.add_error("day", "Choose a date, or tick that it is to be removed.")
        elif not self.errors and not is_another:
            raise forms.ValidationError("Nothing has been changed.")
        return given

    @property
    def moment(self) -> str | None:
        """As Graph writes it; None to remove it."""
        day = self.cleaned_data["day"]
        if day is None or self.cleaned_data["remove"]:
            return None
        time = self.cleaned_data["time"] or datetime.max.time().replace(microsecond=0)
        return timezone.make_aware(datetime.combine(day, time)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class SetLeaveDate(PropertyChange):
    """Sets it, or removes it with None. Lifecycle workflows of the tenant may begin by it."""

    moment: str | None = None

    key = "set_leave_date"
    label = "Set leave date"
    verb = "Save leave date"
    group = "Profile"
    sentence = "{name}’s leave date is kept in the directory. Lifecycle workflows of the tenant may begin by it."
    needs = (Need(USER_LIFE_CYCLE), Need(USER_READ, also=READING))
    off_by_default = True
    optional = True
    reads = (LEAVES,)
    conflict_class = "leave_date"
    undo = "The date of before is put back."
    looks_up = True
    form = LeaveDateForm
    icon = "calendar-days"

    @classmethod
    def look_up(cls, graph: Reader, target: Target) -> str | None:
        moment = read_user(graph, target.object_id, also=(LEAVES,)).get(LEAVES)
        return moment if isinstance(moment, str) else None

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        assert isinstance(form, LeaveDateForm)  # noqa: S101 - for the type
        return [Order(cls(form.moment))]

    @property
    def title(self) -> str:
        return self.label if self.moment else "Remove leave date"

    def read(self, graph: Reader, target: Target) -> dict[str, Any]:
        return read_user(graph, target.object_id, also=(LEAVES,))

    def wanted(self) -> dict[str, Any]:
        return {LEAVES: self.moment}

    def is_so(self, state: State) -> bool:
        """By the moment: the same one can be written in several ways."""
        return LEAVES in state and moment_of(state[LEAVES]) == moment_of(self.moment)

    def inverse(self, before: State) -> Action | None:
        return SetLeaveDate(before[LEAVES]) if LEAVES in before else None

    def done(self, target: Target) -> str:
        moment = parse_datetime(self.moment) if self.moment else None
        return (
            f"{target.name} leaves on {moment:%d %B %Y, %H:%M} UTC." if moment else f"{target.name} has no leave date."
        )

    def labels(self) -> dict[str, str]:
        return {LEAVES: "Leave date"}
