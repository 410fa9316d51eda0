"""The product on one machine: embedded PostgreSQL and Valkey, and the supervisor of `make run`.

Production never imports this package.
"""


class LocalError(Exception):
    """Something on this machine is in the way; the text says what, and what a person can do about it."""
