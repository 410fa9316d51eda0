"""What a connector imports, and when: two sections, each saved on its own."""

import re
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict

from connectors.models import Connector
from connectors.timing import zone_names
from credentials.guids import as_guid
from neurons_admin.audit.meanwhile import MeanwhileForm

_DOMAIN: Final = re.compile(r"(?=.{1,253}$)[\w-]{1,63}(\.[\w-]{1,63})+")
_MOST_LINES: Final = 100
# Each is read at the beginning of each synchronisation.
_MOST_GROUPS: Final = 20
_LONGEST_DEPARTMENT: Final = 64
_A_YEAR_OF_HOURS: Final = 366 * 24


class Lines(forms.CharField):
    """Several words, each on a line of its own; each once, in the order in which they were written."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        words = {" ".join(line.split()): None for line in super().clean(value).splitlines()}
        found = [word for word in words if word]
        if len(found) > _MOST_LINES:
            raise ValidationError(f"At most {_MOST_LINES} lines, please.", code="too_many")
        return found


class ImportForm(MeanwhileForm):
    """What to import."""

    import_members = forms.BooleanField(
        label="Members", required=False, help_text="The people of the organisation itself."
    )
    import_guests = forms.BooleanField(
        label="Guests", required=False, help_text="People of other organisations who were invited into this tenant."
    )
    import_disabled = forms.BooleanField(
        label="Disabled accounts too",
        required=False,
        help_text="Without them, who is disabled is no longer imported, and cannot be enabled from here.",
    )
    import_departments = Lines(
        label="Only these departments",
        required=False,
        help_text="One on each line, as the directory spells them. Empty: all, and people without one.",
    )
    import_domains = Lines(
        label="Only sign-in names in these domains",
        required=False,
        help_text="One on each line, such as contoso.com. Guests sign in under the tenant's own domain. Empty: all.",
    )
    import_only_groups = Lines(
        label="Only members of these groups",
        required=False,
        help_text="The object ID of each, one on each line; members through other groups count. Empty: all. While"
        " people join and leave them, each synchronisation reads everybody again. Needs GroupMember.Read.All.",
    )
    import_groups = forms.BooleanField(
        label="Groups", required=False, help_text="All groups with their direct members: GroupMember.Read.All."
    )
    import_licences = forms.BooleanField(
        label="Licences", required=False, help_text="The products bought, with their seats: LicenseAssignment.Read.All."
    )
    import_devices = forms.BooleanField(
        label="Devices", required=False, help_text="All devices with whom they are registered to: Device.Read.All."
    )
    import_roles = forms.BooleanField(
        label="Directory roles",
        required=False,
        help_text="Who administers the tenant, so that nobody touches them by mistake: RoleManagement.Read.Directory.",
    )
    import_sign_ins = forms.BooleanField(
        label="Last sign-ins",
        required=False,
        help_text="When everybody last signed in, read once a day: AuditLog.Read.All, and Microsoft Entra ID P1 in the"
        " tenant. Microsoft answers slowly: about 5,000 people a minute.",
    )

    def __init__(self, data: QueryDict | None, *, connector: Connector) -> None:
        super().__init__(data, initial={name: getattr(connector, name) for name in self.base_fields})

    def clean_import_departments(self) -> list[str]:
        departments: list[str] = self.cleaned_data["import_departments"]
        for department in departments:
            if len(department) > _LONGEST_DEPARTMENT:
                raise ValidationError(
                    f"A department has at most {_LONGEST_DEPARTMENT} characters: “{department[:30]}…”.", code="too_long"
                )
        return departments

    def clean_import_domains(self) -> list[str]:
        domains = [word.removeprefix("@").lower() for word in self.cleaned_data["import_domains"]]
        for domain in domains:
            if not _DOMAIN.fullmatch(domain):
                raise ValidationError(f"“{domain[:60]}” is not a domain.", code="no_domain")
        return list(dict.fromkeys(domains))

    def clean_import_only_groups(self) -> list[str]:
        found: dict[str, None] = {}
        for line in self.cleaned_data["import_only_groups"]:
            if (guid := as_guid(line)) is None:
                raise ValidationError(f"“{line[:60]}” is not the object ID of a group.", code="no_guid")
            found[str(guid)] = None
        if len(found) > _MOST_GROUPS:
            raise ValidationError(f"At most {_MOST_GROUPS} groups, please.", code="too_many")
        return list(found)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if not (values.get("import_members") or values.get("import_guests")):
            self.add_error("import_members", ValidationError("Tick members, guests, or both.", code="nobody"))
        return values


def _zones() -> list[tuple[str, str]]:
    return [("", f"The server's ({settings.TIME_ZONE})"), *((name, name) for name in zone_names())]


class ScheduleForm(MeanwhileForm):
    """When to synchronise, and when what was read is stale."""

    sync_repeat = forms.TypedChoiceField(label="Synchronise", choices=Connector.Repeat.choices, coerce=int)
    sync_start = forms.TimeField(
        label="Starting at",
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text="A time of day from which the repeats are counted. Empty: from the last synchronisation.",
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        choices=_zones,
        help_text="The zone of the start time. A time that its clock leaves out is made up for right after; one that"
        " it shows twice counts once.",
    )
    stale_after_hours = forms.IntegerField(
        label="Data is stale after (hours)",
        required=False,
        min_value=1,
        max_value=_A_YEAR_OF_HOURS,
        help_text="Empty: after three repeats, but not before 24 hours; what is synchronised only on demand, never.",
    )

    def __init__(self, data: QueryDict | None, *, connector: Connector) -> None:
        super().__init__(data, initial={name: getattr(connector, name) for name in self.base_fields})
