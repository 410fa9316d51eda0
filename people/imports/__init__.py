"""Keeps what is read of directories: what synchronisations bring, and what a look at one account shows."""

from .accounts import note_missing, store, sweep
from .groups import store_groups, sweep_groups
from .single import read_again, refresh

__all__ = ["note_missing", "read_again", "refresh", "store", "store_groups", "sweep", "sweep_groups"]
