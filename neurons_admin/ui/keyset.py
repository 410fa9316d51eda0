"""Pages of a long list by the values of its last row, so that the thousandth page costs what the first one does."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, cast

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, OrderBy, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone

PAGE_SIZE = 50

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows of one page, and the addresses of its neighbours ("" where there is none)."""

    rows: list[M]
    previous_url: str
    next_url: str


def page_of(
    request: HttpRequest, rows: QuerySet[M], order: tuple[str, ...], size: int = PAGE_SIZE, *, few: bool = False
) -> Page[M]:
    """The page that `?after=` or `?before=` asks for, else the first one.

    `order` names the columns, the last of them unique; all ascending, or all with a leading "-". A position that
    cannot be read (a link from elsewhere) gives the first page. With `few` rows are found first and sorted then;
    otherwise PostgreSQL may go through all there are in this order, until it has found a page of them.
    """
    names = tuple(name.lstrip("-") for name in order)
    descending = order[0].startswith("-")
    after = _position(rows, names, request.GET.get("after", ""))
    before = _position(rows, names, request.GET.get("before", "")) if after is None else None
    backwards = before is not None
    position = after if after is not None else before
    if position is not None:
        rows = rows.filter(_beyond(names, position, upwards=descending == backwards))
    wanted = _turned(order) if backwards else order
    found = list(rows.order_by(*(_hidden(wanted) if few else wanted))[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_previous = more if backwards else after is not None
    has_next = backwards or more
    return Page(
        found,
        _address(request, "before", names, found[0]) if found and has_previous else "",
        _address(request, "after", names, found[-1]) if found and has_next else "",
    )


def counted(rows: QuerySet[M], most: int) -> int | None:
    """How many rows there are; None when there are more than `most`: counting costs what reading them would."""
    number = rows.order_by()[: most + 1].count()
    return number if number <= most else None


def _beyond(names: tuple[str, ...], position: list[Any], *, upwards: bool) -> Q:
    """Rows past a position. The first condition repeats what the others imply: it is what an index can use."""
    step = "gt" if upwards else "lt"
    condition = Q()
    for place in range(len(names)):
        same = dict(zip(names[:place], position, strict=False))
        condition |= Q(**same, **{f"{names[place]}__{step}": position[place]})
    return Q(**{f"{names[0]}__{step}e": position[0]}) & condition


def _hidden(order: tuple[str, ...]) -> tuple[OrderBy | str, ...]:
    """The same order, in words that fit no index."""
    name = order[0].lstrip("-")
    return (OrderBy(Coalesce(name, name), descending=order[0].startswith("-")), *order[1:])


def _turned(order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name[1:] if name.startswith("-") else f"-{name}" for name in order)


def _position(rows: QuerySet[M], names: tuple[str, ...], text: str) -> list[Any] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(names) or not all(map(_can_be, values)):
            return None
        fields = [cast("Field[Any, Any]", rows.model._meta.get_field(name)) for name in names]
        position = [field.to_python(value) for field, value in zip(fields, values, strict=True)]
    except (ValueError, binascii.Error, ValidationError, TypeError, RecursionError):
        return None
    return None if any(isinstance(value, datetime) and timezone.is_naive(value) for value in position) else position


def _can_be(value: object) -> bool:
    """Whether a value may have been written by `_address`: a number, or text that PostgreSQL can store."""
    if isinstance(value, str):
        return not any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value)
    return isinstance(value, int)


def _written(value: object) -> object:
    """A value as the URL carries it; a time to the microsecond, or rows of one millisecond would be passed over."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def _address(request: HttpRequest, parameter: str, names: tuple[str, ...], row: Model) -> str:
    values = json.dumps([_written(getattr(row, name)) for name in names])
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query[parameter] = base64.urlsafe_b64encode(values.encode()).decode().rstrip("=")
    return f"?{query.urlencode()}"
