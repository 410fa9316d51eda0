"""The places of the left navigation, and which of them somebody sees."""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import AnonymousUser, PermissionsMixin
from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Place:
    """One entry of the navigation: its name, where it leads, and the permission that shows it ("": everybody's)."""

    label: str
    url_name: str
    icon: str
    permission: str
    # Pages that are reached from this place and no other.
    inner: tuple[str, ...] = ()

    @property
    def namespace(self) -> str:
        return self.url_name.partition(":")[0]


@dataclass(frozen=True)
class Link:
    """A place as one page shows it."""

    label: str
    url: str
    icon: str
    is_current: bool


PLACES: Final = (
    Place("Home", "home", "home", ""),
    Place("People", "people:list", "users", "people.view_person"),
    Place(
        "Activity",
        "people:activity",
        "bolt",
        "people.view_actionrun",
        inner=("people:status", "people:approvals", "people:approval_rules"),
    ),
    Place("Connectors", "connectors:list", "arrows-right-left", "connectors.view_connector"),
    Place("Credentials", "credentials:list", "key", "credentials.view_credential"),
    Place("Audit", "audit:list", "clipboard-document-check", "audit.view_event"),
    Place("Members", "access:members", "identification", "access.view_user", inner=("people:rights",)),
)

# One's own pages.
OWN: Final = frozenset({"access:profile", "access:ways", "people:own_rights"})


def links_for(user: PermissionsMixin | AnonymousUser, view_name: str) -> list[Link]:
    """Return the links this user may follow, the one that leads to the shown page marked.

    A place whose pages do not exist is left out: a menu never offers a dead end.
    """
    here = _place_of(view_name)
    return [
        Link(place.label, url, place.icon, is_current=place is here)
        for place in PLACES
        if (not place.permission or user.has_perm(place.permission)) and (url := _address(place))
    ]


def _place_of(view_name: str) -> Place | None:
    """Return the place a view belongs to: its own, else the first of its namespace; one's own page belongs to none."""
    if view_name in OWN:
        return None
    exact = (place for place in PLACES if view_name in {place.url_name, *place.inner})
    related = (place for place in PLACES if place.namespace == view_name.partition(":")[0])
    return next(exact, None) or next(related, None)


def _address(place: Place) -> str:
    try:
        return reverse(place.url_name)
    except NoReverseMatch:
        return ""
