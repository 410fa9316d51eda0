"""Keeps what is read of directories: what synchronisations bring, and what a look at one account shows."""

from .accounts import note_missing, show_again, store, sweep
from .counting import known
from .groups import store_groups, sweep_groups
from .lists import store_devices, store_licences, sweep_devices
from .places import change_places, note_matches
from .sign_ins import store_sign_ins
from .single import read_again, refresh
from .standing import store_standing

__all__ = [
    "change_places",
    "known",
    "note_matches",
    "note_missing",
    "read_again",
    "refresh",
    "show_again",
    "store",
    "store_devices",
    "store_groups",
    "store_licences",
    "store_sign_ins",
    "store_standing",
    "sweep",
    "sweep_devices",
    "sweep_groups",
]
