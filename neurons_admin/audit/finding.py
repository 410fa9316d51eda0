"""What of the audit trail somebody asks for: the filters that stand in a page's address, or come with an export."""

from datetime import date, datetime, time, timedelta
from typing import Final

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from neurons_admin.audit.models import THE_SYSTEM, Event, mark_of

SYSTEM: Final = "system"
NOBODY: Final = "nobody"
NAMES: Final = ("q", "since", "until", "area", "verb", "type", "subject", "about", "actor")
# Days that every zone can tell.
POSSIBLE: Final = (MinValueValidator(date(1970, 1, 2)), MaxValueValidator(date(2999, 12, 30)))
_WORD: Final = r"[a-z_]{1,40}"
_LABEL: Final = r"[a-z_]{1,40}\.[a-z_]{1,40}"
# A label, a colon and a key: `models.mark_of` writes it.
_MARK: Final = rf"{_LABEL}:[0-9a-f-]{{1,40}}"
_ACTOR: Final = rf"[0-9]{{1,18}}|{SYSTEM}|{NOBODY}"


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, validators=POSSIBLE)


def _text(pattern: str) -> forms.CharField:
    return forms.RegexField(rf"\A(?:{pattern})\Z", required=False, max_length=120)


class Finding(forms.Form):
    """The filters. What cannot be a value of one makes it invalid: then nothing is found, and `problem` says why."""

    q = forms.CharField(label="Name of who did it, or of what it was done to", required=False, max_length=100)
    since = _day("From")
    until = _day("To")
    area = _text(_WORD)
    verb = _text(_LABEL)
    type = _text(_LABEL)
    subject = _text(r"[0-9a-f-]{1,64}")
    about = _text(_MARK)
    actor = _text(_ACTOR)

    def __init__(self, asked: QueryDict) -> None:
        super().__init__({name: asked.get(name, "") for name in NAMES})

    def clean(self) -> dict[str, object]:
        """A range the wrong way round, or a subject of no type, is no filter."""
        values = self.cleaned_data
        if values.get("since") and values.get("until") and values["until"] < values["since"]:
            self.add_error("until", "This is before the day it begins.")
        if values.get("subject") and not values.get("type"):
            self.add_error("subject", "Say of what type it is.")
        return values

    @property
    def is_set(self) -> bool:
        """Whether anything is asked for."""
        return any(self.data.values())

    @property
    def problem(self) -> str:
        """What is wrong with a filter, in words; empty if nothing is."""
        said = [f"{self.fields[name].label or name}: {error}" for name in self.errors for error in self.errors[name]]
        return " ".join(said)

    @property
    def order(self) -> tuple[str, ...]:
        """The newest first, by the column that the filters narrow."""
        return ("-at", "-id") if self.data["since"] or self.data["until"] else ("-id",)

    @property
    def events(self) -> QuerySet[Event]:
        """Those that have all of what is asked for."""
        if not self.is_valid():
            return Event.objects.none()
        asked = self.cleaned_data
        found = Event.objects.filter(_during(asked["since"], asked["until"]))
        if asked["area"]:
            found = found.filter(verb__startswith=f"{asked['area']}.")
        if asked["verb"]:
            found = found.filter(verb=asked["verb"])
        if asked["subject"]:
            found = found.filter(about__contains=[mark_of(asked["type"], asked["subject"])])
        elif asked["type"]:
            found = found.filter(subject_type=asked["type"])
        if asked["about"]:
            found = found.filter(about__contains=[asked["about"]])
        if asked["q"]:
            found = found.filter(Q(subject_name__icontains=asked["q"]) | Q(actor_name__icontains=asked["q"]))
        return found.filter(_by(asked["actor"]))


def _during(since: date | None, until: date | None) -> Q:
    """The days from `since` to `until`, both included, in the zone that times are shown in."""
    zone = timezone.get_current_timezone()
    wanted = Q()
    if since:
        wanted &= Q(at__gte=datetime.combine(since, time(), zone))
    if until:
        wanted &= Q(at__lt=datetime.combine(until + timedelta(days=1), time(), zone))
    return wanted


def _by(actor: str) -> Q:
    if actor == SYSTEM:
        return Q(actor_id=None, actor_name=THE_SYSTEM)
    if actor == NOBODY:
        return Q(actor_id=None) & ~Q(actor_name=THE_SYSTEM)
    return Q(actor_id=int(actor)) if actor else Q()
