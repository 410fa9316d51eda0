"""Ways to prove who one is, by name: what the page that asks for a proof offers, and what it believes.

A way is registered when its module is loaded (`register`), at the latest with the list of addresses.
"""

from typing import Final, Protocol

from django import forms
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest

from neurons_admin.access.models import User


class Way(Protocol):
    """One way to prove who one is.

    Where `begins_at` is empty the page sends the way's form to itself and asks `verify`. Otherwise it names the address
    that a round trip begins at: the page has a link there, with `?next=`, and whoever hears the answer calls
    `sessions.prove(request)` and leads on to `next`, after `url_has_allowed_host_and_scheme`.
    """

    name: str
    # On the button: "Confirm", "Use a passkey".
    verb: str
    # On the link from another way: "Password", "Authenticator app".
    label: str
    begins_at: str
    # Shown in place of the bare form, inside the page's <form>; is given `way`, `form`, `next`. Empty: the form alone.
    template: str

    def is_available(self, request: HttpRequest, member: User) -> bool:
        """Whether this member, in this session, has it. False for what is not set up: never a reason to let through."""

    def form(self, data: object = None) -> forms.Form | None:
        """What is to be filled in, bound to `data` if there is any; None where there is nothing."""

    def verify(self, request: HttpRequest, member: User) -> bool:
        """Whether what was sent with the request proves it. Wrong answers are counted by who calls."""


WAYS: Final[dict[str, Way]] = {}


def register(way: Way) -> Way:
    """Offer a way. The order of registering is the order on the page; a name is taken once."""
    if way.name in WAYS:
        raise ValueError(f"There is a way to prove who one is that is called {way.name} already.")
    WAYS[way.name] = way
    return way


def ways_for(request: HttpRequest, member: User) -> list[Way]:
    """The ways that a member has in this session; with none of them nobody is let through."""
    return [way for way in WAYS.values() if way.is_available(request, member)]


class PasswordForm(forms.Form):
    """One's password."""

    password = forms.CharField(
        label="Your password",
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


class Password:
    """The member's own password. Who signs in elsewhere only has none, and is not let through by that."""

    name = "password"
    verb = "Confirm"
    label = "Password"
    begins_at = ""
    template = ""

    def is_available(self, request: HttpRequest, member: User) -> bool:
        return member.has_usable_password()

    def form(self, data: object = None) -> forms.Form | None:
        return PasswordForm(data)  # type: ignore[arg-type]

    def verify(self, request: HttpRequest, member: User) -> bool:
        """A member who was deactivated meanwhile proves nothing."""
        given = request.POST.get("password", "")
        return member.is_active and self.is_available(request, member) and check_password(given, member.password)


register(Password())
