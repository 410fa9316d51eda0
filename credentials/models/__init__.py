"""App registrations, what was said of their end, and the canary of the keys."""

from credentials.models.credential import CHECK_COLUMNS, Cloud, Credential, CredentialQuerySet
from credentials.models.expiry_warning import ExpiryWarning
from credentials.models.key_canary import KeyCanary

__all__ = ["CHECK_COLUMNS", "Cloud", "Credential", "CredentialQuerySet", "ExpiryWarning", "KeyCanary"]
