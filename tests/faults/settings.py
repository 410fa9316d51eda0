"""The product's own settings, with the sabotage among its applications, and passwords that are hashed quickly."""

from neurons_admin.settings import *  # noqa: F403
from neurons_admin.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.sabotage"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
