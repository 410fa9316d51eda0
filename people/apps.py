"""The app of people: their pages, the Actions menu, and the runs that carry actions out."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from neurons_admin.access import offers, scopes
from people.permissions import ensure_permissions, offered


class PeopleConfig(AppConfig):
    """Makes the permissions of the actions after each migration, and says what of people a role can include."""

    name = "people"

    def ready(self) -> None:
        offers.register(offered)
        scopes.register(self.name, "people.scope_kinds")
        # Roles are looked at after each app's migrations; the last time finds these.
        post_migrate.connect(ensure_permissions, sender=self, dispatch_uid="people.ensure_permissions")
