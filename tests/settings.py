"""Settings for the tests: the product's own, with an environment that `tests/engines.py` has filled in."""

from neurons_admin.settings import *  # noqa: F403

# Hashing a password as slowly as the product does would be most of the suite's time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
