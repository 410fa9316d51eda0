"""What no process of the product starts with, whatever else is set: read by the settings, before anything runs."""

from collections.abc import Collection, Iterable
from typing import Final

from django.core.exceptions import ImproperlyConfigured

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})
# As `check --deploy` measures it; a warning there, an end of the start here.
SHORTEST_KEY: Final = 50
FEWEST_SIGNS: Final = 12
UNSAFE_PREFIX: Final = "django-insecure-"


def refuse_weak_keys(name: str, keys: Iterable[str]) -> None:
    """Raise ImproperlyConfigured, with the setting's name and never with its value, for a key that can be guessed."""
    for key in keys:
        if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS or key.startswith(UNSAFE_PREFIX):
            raise ImproperlyConfigured(f"{name} can be guessed: take {SHORTEST_KEY} random characters or more.")


def refuse_open_hosts(hosts: Collection[str], *, debug: bool, https: bool) -> None:
    """Raise ImproperlyConfigured for no host or any host, or what is for one machine where others reach it."""
    if not hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS is empty: name the hosts that browsers use.")
    if any("*" in host or host.startswith(".") for host in hosts):
        raise ImproperlyConfigured("ALLOWED_HOSTS names each host in full: no * and no leading dot.")
    if set(hosts) <= LOOPBACK:
        return
    if debug:
        raise ImproperlyConfigured("DEBUG is for one machine: ALLOWED_HOSTS may then name loopback hosts only.")
    if not https:
        raise ImproperlyConfigured("HTTPS=0 is for one machine: ALLOWED_HOSTS may then name loopback hosts only.")
