"""The tags of the look: `{% load ui %}`. Each is shown at /styleguide/."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Final
from zlib import crc32

from django import template
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from heroicons.templatetags.heroicons import heroicon_micro, heroicon_mini, heroicon_outline

from neurons_admin.ui import navigation, queries
from neurons_admin.ui.times import exactly, since

register = template.Library()

TONE_ICONS: Final = {
    "neutral": "minus-circle",
    "waiting": "clock",
    "info": "information-circle",
    "running": "arrow-path",
    "good": "check-circle",
    "warning": "exclamation-triangle",
    "bad": "x-circle",
    "unknown": "question-mark-circle",
}
_COLOURED_AS: Final = {"waiting": "neutral", "running": "info"}
AVATAR_TONES: Final = ("neutral", "info", "good", "warning", "unknown")
STEP_TONES: Final = {
    "done": "good",
    "running": "running",
    "waiting": "neutral",
    "failed": "bad",
    "unknown": "unknown",
    "skipped": "neutral",
}
STEP_ICONS: Final = {
    "done": "check",
    "running": "arrow-path",
    "waiting": "ellipsis-horizontal",
    "failed": "x-mark",
    "unknown": "question-mark-circle",
    "skipped": "minus",
}
_DRAWN_FOR: Final = {16: heroicon_micro, 20: heroicon_mini}


@cache
def draw_icon(name: str, size: int, css_class: str = "") -> SafeString:
    """Return the SVG of a heroicon. It is hidden from assistive technology: the words beside it say it."""
    draw = _DRAWN_FOR.get(size, heroicon_outline)
    attrs = {"class": css_class} if css_class else {}
    return mark_safe(draw(name, size=size, **attrs).strip())  # noqa: S308 - drawn by the package


@register.simple_tag
def icon(name: str, size: int = 16, css_class: str = "") -> SafeString:
    """Return a heroicon: 16 and 20 are drawn solid, any other size as an outline."""
    return draw_icon(str(name), int(size), str(css_class))


@register.filter
def tone_class(tone: str) -> str:
    """Return the CSS class of a tone. Waiting and running differ from neutral and info by their icon only."""
    return f"tone-{_COLOURED_AS.get(tone, tone)}"


@register.filter
def tone_icon(tone: str) -> str:
    """Return the icon that stands for a tone."""
    return TONE_ICONS[tone]


@register.simple_tag
def badge(text: object, tone: str = "neutral", icon: str = "") -> SafeString:
    """Return a state as icon and words. Tones: neutral, waiting, info, running, good, warning, bad, unknown."""
    drawn = draw_icon(icon or TONE_ICONS[tone], 16, "turning" if tone == "running" else "")
    return format_html('<span class="badge-state {}">{}{}</span>', tone_class(tone), drawn, text)


@register.simple_tag
def ago(moment: datetime | None, missing: str = "never") -> SafeString:
    """Return how long ago (or in how long), with the exact time on hover; `missing` where there is none."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', missing)
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        moment.isoformat(),
        exactly(moment),
        since(moment, timezone.now()),
    )


register.filter("exactly", exactly)


@register.simple_tag
def copy_id(value: object, length: int = 8, what: str = "id") -> SafeString:
    """Return an id cut to `length` characters, with a button that copies the whole of it."""
    whole = str(value or "")
    if not whole:
        return mark_safe('<span class="muted">none</span>')
    shown = whole if len(whole) <= length + 1 else f"{whole[:length]}…"
    return format_html(
        '<span class="copy-id"><code title="{whole}">{shown}</code>{button}</span>',
        whole=whole,
        shown=shown,
        button=_copy_button(whole, f"Copy {what} {shown}"),
    )


def _copy_button(whole: str, label: str) -> SafeString:
    return format_html(
        '<button type="button" class="copy needs-script" data-copy="{}" aria-label="{}" title="Copy">{}{}</button>',
        whole,
        label,
        draw_icon("square-2-stack", 16, "copy-icon"),
        draw_icon("check", 16, "copied-icon"),
    )


@register.simple_tag
def avatar(name: object, size: str = "") -> SafeString:
    """Return the initials of a name in a disc. Sizes: s, none, l. It only decorates: write the name beside it."""
    words = [word for word in str(name).split() if word[:1].isalnum()]
    initials = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
    tone = AVATAR_TONES[crc32(str(name).encode()) % len(AVATAR_TONES)]
    size_class = f" avatar-{size}" if size else ""
    return format_html('<span class="avatar{} tone-{}" aria-hidden="true">{}</span>', size_class, tone, initials)


@register.simple_tag(takes_context=True)
def navigation_links(context: Context) -> list[navigation.Link]:
    """Return the places of the left navigation for the signed-in user."""
    request: HttpRequest = context["request"]
    match = request.resolver_match
    return navigation.links_for(request.user, match.view_name if match else "")


@register.simple_tag(takes_context=True)
def chip(context: Context, label: object, name: str, value: str, count: int | None = None) -> SafeString:
    """Return a filter as a link that sets `name=value` in the URL, or takes it away where it is set."""
    is_set = context["request"].GET.get(name) == str(value)
    return format_html(
        '<a class="chip" href="{}" data-focus-key="{}-{}"{}>{}{}{}</a>',
        queries.changed(context["request"], name, None if is_set else str(value)),
        name,
        value,
        mark_safe(' aria-current="true"') if is_set else "",
        label,
        format_html(' <span class="count">{}</span>', f"{count:,}") if count is not None else "",
        format_html('{}<span class="visually-hidden">(remove filter)</span>', draw_icon("x-mark", 16))
        if is_set
        else "",
    )


@register.simple_tag(takes_context=True)
def sort_head(context: Context, label: object, name: str, default: str = "", css_class: str = "") -> SafeString:
    """Return a `<th>` that sorts the list by `?sort=name`, the other way round when it already does.

    `default` is the order of the list without the parameter, written the same way ("name", "-name").
    """
    request: HttpRequest = context["request"]
    current = request.GET.get("sort") or default
    is_down = current == f"-{name}"
    direction = "descending" if is_down else "ascending" if current == name else ""
    arrow = {"descending": "chevron-down", "ascending": "chevron-up", "": "chevron-up-down"}[direction]
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="{}" data-focus-key="sort-{}">{}{}</a></th>',
        format_html(' class="{}"', css_class) if css_class else "",
        format_html(' aria-sort="{}"', direction) if direction else "",
        queries.changed(request, "sort", f"-{name}" if direction == "ascending" else name),
        name,
        label,
        draw_icon(arrow, 16),
    )


@register.simple_tag(takes_context=True)
def filter_links(context: Context, name: str, options: Iterable[tuple[object, str]]) -> queries.FilterLinks:
    """Return the links of a filter with several values, for `_filter_menu.html`."""
    return queries.filter_links(context["request"], name, options)


@register.simple_tag(takes_context=True)
def kept_parameters(context: Context, name: str) -> list[tuple[str, str]]:
    """Return what a form that sets one parameter of the URL carries along, for `_search.html`."""
    return queries.kept(context["request"], name)


@register.filter
def message_tone(level_tag: str) -> str:
    """Return the tone of one of Django's messages."""
    return {"success": "good", "warning": "warning", "error": "bad"}.get(level_tag, "info")


@register.filter
def step_tone(state: str) -> str:
    """Return the tone of a step's state."""
    return STEP_TONES[state]


@register.filter
def step_icon(state: str) -> str:
    """Return the icon of a step's state."""
    return STEP_ICONS[state]


@register.filter
def step_motion(state: str) -> str:
    """Return the CSS class that lets the icon of a running step turn."""
    return "turning" if state == "running" else ""


@register.filter
def status_tone(status: int | None) -> str:
    """Return the tone of an HTTP status; none at all is unknown: the call may have been heard."""
    if status is None:
        return "unknown"
    return "good" if status < 400 else "warning" if status == 429 else "bad"


@register.filter
def thousands(number: int | None) -> str:
    """Return a number with its thousands set apart: 12,400."""
    return f"{number or 0:,.0f}"


@register.filter
def for_count(plural: str, count: int) -> str:
    """Return a noun, given in the plural, as it stands beside a number: 1 person, 2 people."""
    if count != 1:
        return plural
    return {"people": "person"}.get(plural, plural.removesuffix("s"))


@register.filter
def as_words(value: object) -> str:
    """Return a value as people say it: yes, no, none, or the members of a list."""
    if value is None or value in ("", [], ()):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set):
        return ", ".join(str(member) for member in value)
    return str(value)


@register.filter
def errors_title(form: BaseForm) -> str:
    """Return the line above a form's errors; an error of the form as a whole speaks for itself."""
    count = sum(len(errors) for errors in form.errors.values())
    if count == len(form.non_field_errors()):
        return ""
    return "One thing to put right" if count == 1 else f"{count} things to put right"


@register.filter
def is_tick(field: BoundField) -> bool:
    """Tell whether a field is one checkbox, whose label stands beside it."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not field.use_fieldset
