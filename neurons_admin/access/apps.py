"""The app that holds users, roles and sign-in."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from .roles import ensure_roles


class AccessConfig(AppConfig):
    """Makes the built-in roles after each migration."""

    name = "neurons_admin.access"
    label = "access"

    def ready(self) -> None:
        post_migrate.connect(ensure_roles, dispatch_uid="access.ensure_roles")
