"""Keeps what is read of directories: what synchronisations bring, and what a look at one account shows."""

from .accounts import note_missing, store, sweep
from .groups import store_groups, sweep_groups
from .lists import store_devices, store_licences, sweep_devices
from .single import read_again, refresh
from .standing import store_standing

__all__ = [
    "note_missing",
    "read_again",
    "refresh",
    "store",
    "store_devices",
    "store_groups",
    "store_licences",
    "store_standing",
    "sweep",
    "sweep_devices",
    "sweep_groups",
]
