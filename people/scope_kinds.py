"""What a scope of people can be about: the directory, the department, a group, and attributes of the account."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from connectors.models import Connector
from neurons_admin.access.models import User
from neurons_admin.access.scopes import NOBODY, Kind, NotUnderstood
from neurons_admin.access.scopes import where as where_of
from people import reach
from people.models import Account, Group, Membership, Person
from people.permissions import SEE

_TYPES: Final = {"member": "Member", "guest": "Guest"}
_ONE_PER_LINE: Final = "One on each line, written as in the directory."


def size(conditions: Mapping[str, Any], asked_by: User) -> int | None:
    """How many people some conditions hold; None for whoever may not see everybody."""
    if reach.is_limited(asked_by, (SEE,)):
        return None
    held = Account.objects.filter(where_of(conditions), person=OuterRef("pk"))
    return Person.objects.filter(Exists(held)).count()


def _in_connector(values: Sequence[str]) -> Q:
    return Q(connector_id__in=[UUID(value) for value in values])


def _connectors() -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Connector.objects.order_by("name").values_list("pk", "name")]


def _connector_words(values: Sequence[str]) -> list[str]:
    names = dict(_connectors())
    return [names.get(value, "a connector that is no more") for value in values]


def _in_group(values: Sequence[str]) -> Q:
    """Direct members, of the account's own directory; a group that is deleted there has none."""
    mine = Membership.objects.filter(
        member_id=OuterRef("object_id"),
        group__connector=OuterRef("connector"),
        group__object_id__in=[UUID(value) for value in values],
        group__removed_at=None,
    )
    return Q(Exists(mine))


def _group(typed: str) -> str:
    """The object ID of a group that was named by it, or by its name where only one has that."""
    try:
        found = Group.objects.present().filter(object_id=UUID(typed))
    except ValueError:
        found = Group.objects.present().filter(name__iexact=typed)
    ids = sorted({str(object_id) for object_id in found.values_list("object_id", flat=True)[:100]})
    if not ids:
        raise NotUnderstood(f"No group “{typed}” is known here.")
    if len(ids) > 1:
        raise NotUnderstood(f"Several groups are called “{typed}”. Give the object ID of the one that is meant.")
    return ids[0]


def _group_words(values: Sequence[str]) -> list[str]:
    known = Group.objects.filter(object_id__in=[UUID(value) for value in values])
    names = {str(object_id): name for object_id, name in known.values_list("object_id", "name")}
    return [names.get(value) or value for value in values]


def _of_type(values: Sequence[str]) -> Q:
    guest, found = Q(user_type__iexact="guest"), NOBODY
    for value in values:
        found |= guest if value == "guest" else ~guest
    return found


def _one_of(choices: Callable[[], Mapping[str, str]], what: str) -> Callable[[str], str]:
    def clean(value: str) -> str:
        if value not in choices():
            raise NotUnderstood(f"There is no such {what}.")
        return value

    return clean


def _text(name: str, label: str, longest: int) -> Kind:
    """A kind that is a column of text."""

    def clean(typed: str) -> str:
        value = typed.strip()
        if not 0 < len(value) <= longest:
            raise NotUnderstood(f"{label}: at most {longest} characters.")
        return value

    return Kind(name, label, lambda values: Q(**{f"{name}__in": values}), clean, list, _ONE_PER_LINE)


KINDS: Final = (
    Kind(
        "connector",
        "Connector",
        _in_connector,
        _one_of(lambda: dict(_connectors()), "connector"),
        _connector_words,
        choices=_connectors,
    ),
    _text("department", "Department", 64),
    Kind(
        "group",
        "Group",
        _in_group,
        _group,
        _group_words,
        "One on each line, by its name or object ID. Its direct members are meant.",
    ),
    _text("country", "Country", 128),
    _text("city", "City", 128),
    _text("company_name", "Company", 64),
    _text("office_location", "Office", 128),
    Kind(
        "user_type",
        "Type",
        _of_type,
        _one_of(lambda: _TYPES, "type"),
        lambda values: [_TYPES.get(value, value) for value in values],
        choices=lambda: list(_TYPES.items()),
    ),
)
