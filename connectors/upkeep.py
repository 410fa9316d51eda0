"""What has to be seen to from time to time, for whoever does that: the floor above knows no credentials."""

from credentials.warnings import send_due as warn_of_expiry

__all__ = ["warn_of_expiry"]
