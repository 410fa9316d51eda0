"""How a tenant is reached: with one credential for reading it and another for acting in it."""

import uuid
from collections.abc import Callable
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Now
from django.urls import reverse

from connectors import actions
from connectors.filters import PeopleFilter
from connectors.graph import Call, Graph, Reader, open_graph, open_reader
from connectors.pair import Pair
from connectors.registration import registration_of
from credentials.models import Credential
from neurons_admin.encryption import EncryptedField

from .timetable import Timetable, TimetableQuerySet

# What is read, in this order, and how it is called.
STREAMS = {
    "people": "People",
    "groups": "Groups",
    "licences": "Licences",
    "roles": "Directory roles",
    "devices": "Devices",
    "sign_ins": "Last sign-ins",
}


class ConnectorQuerySet(TimetableQuerySet["Connector"]):
    def due(self) -> Self:
        """Active connectors whose time to synchronise has come, by the database's clock."""
        return self.filter(active=True, sync_credential__isnull=False, next_sync_at__lte=Now())

    def with_credentials(self) -> Self:
        """With both credentials, for pages that show them."""
        return self.select_related("sync_credential", "action_credential")


class Connector(Timetable):
    """One Microsoft Entra tenant: what to read from it and when, and whether and how to act in it.

    Reading and acting use two app registrations, so that the one that runs every hour cannot change anything.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    active = models.BooleanField(default=True)
    sync_credential = models.ForeignKey(
        Credential, models.PROTECT, "synchronised_connectors", verbose_name="synchronises", null=True, blank=True
    )
    action_credential = models.ForeignKey(
        Credential, models.PROTECT, "acting_connectors", verbose_name="acts", null=True, blank=True
    )
    same_app_accepted = models.BooleanField(default=False)
    actions_enabled = models.BooleanField(default=False)
    # What it does not offer; and what it does although that is off by default.
    actions_withheld = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    actions_allowed = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, db_default=Value([], ArrayField(models.CharField()))
    )
    import_members = models.BooleanField(default=True, db_default=True)
    import_guests = models.BooleanField(default=True)
    import_disabled = models.BooleanField(default=True, db_default=True)
    # Nobody but those in one of them; empty: everybody.
    import_departments = ArrayField(
        models.CharField(max_length=64), default=list, blank=True, db_default=Value([], ArrayField(models.CharField()))
    )
    import_domains = ArrayField(
        models.CharField(max_length=255), default=list, blank=True, db_default=Value([], ArrayField(models.CharField()))
    )
    # Object ids of groups: nobody but their members, direct or through other groups; empty: everybody.
    import_only_groups = ArrayField(
        models.CharField(max_length=36), default=list, blank=True, db_default=Value([], ArrayField(models.CharField()))
    )
    import_groups = models.BooleanField(default=True, db_default=True)
    import_licences = models.BooleanField(default=True, db_default=True)
    import_devices = models.BooleanField(default=True, db_default=True)
    import_roles = models.BooleanField(default=True, db_default=True)
    import_sign_ins = models.BooleanField(default=False, db_default=False)
    sign_ins_read_at = models.DateTimeField(null=True, editable=False)
    delta_link = EncryptedField()
    groups_delta_link = EncryptedField(db_default="")
    # What people were last read on to the end (see `basis`).
    delta_basis = models.CharField(max_length=80, blank=True, editable=False, db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    # Who is in `import_only_groups`, where that has been read just now: nothing that is stored.
    chosen_ids: frozenset[str] = frozenset()

    objects = ConnectorQuerySet.as_manager()

    class Meta:
        ordering = (Lower("name"),)
        constraints = [
            models.UniqueConstraint(Lower("name"), name="connector_name_unique"),
            models.CheckConstraint(
                condition=Q(sync_credential__isnull=True)
                | Q(action_credential__isnull=True)
                | ~Q(sync_credential=F("action_credential")),
                name="connector_reads_and_acts_apart",
            ),
        ]
        permissions = [("sync_connector", "Can start a synchronisation")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("connectors:detail", args=[self.pk])

    def graph_for_sync(self, on_call: Callable[[Call], None] | None = None) -> Reader:
        """A client that can only read. Raises CredentialMissing if no credential to synchronise with is set."""
        return open_reader(registration_of(self.sync_credential), on_call)

    def graph_for_acting(self, on_call: Callable[[Call], None] | None = None) -> Graph:
        """A client that may write. Raises CredentialMissing if no Action Credentials are set."""
        return open_graph(registration_of(self.action_credential), on_call)

    @property
    def can_act(self) -> bool:
        return self.active and self.actions_enabled and self.action_credential_id is not None

    def offers(self, key: str) -> bool:
        """Whether this connector offers an action in the menu."""
        action = actions.BY_KEY.get(key)
        if action is None:
            return False
        return key in self.actions_allowed if action.off_by_default else key not in self.actions_withheld

    @property
    def offered(self) -> list[type[actions.Action]]:
        """The actions of the menu that it offers, in their order."""
        return [action for action in actions.ALL if self.offers(action.key)]

    @property
    def tenant_id(self) -> uuid.UUID | None:
        """The tenant's directory ID, as its credentials name it."""
        credential = self.action_credential or self.sync_credential
        return credential.tenant_id if credential else None

    @property
    def basis(self) -> str:
        """What links to pages of people depend on besides Graph: with another basis they have to be read again."""
        return f"{self.tenant_basis} {self.people_filter.key}, format 2"

    @property
    def people_filter(self) -> PeopleFilter:
        """Who is imported."""
        return PeopleFilter.of(
            members=self.import_members,
            guests=self.import_guests,
            disabled=self.import_disabled,
            departments=self.import_departments,
            domains=self.import_domains,
            object_ids=self.chosen_ids if self.import_only_groups else None,
        )

    @property
    def imported_people(self) -> str:
        """The same for people: "Members and guests, only enabled ones"."""
        kinds = " and ".join(
            kind for kind, wanted in (("members", self.import_members), ("guests", self.import_guests)) if wanted
        )
        return kinds.capitalize() + ("" if self.import_disabled else ", only enabled accounts")

    @property
    def tenant_basis(self) -> str:
        """The same for everything else: the tenant that is read."""
        credential = self.sync_credential
        return f"{credential.cloud} {credential.tenant_id}" if credential else ""

    @property
    def imported_words(self) -> str:
        """What is imported beside people: "groups, licences"; empty for nothing."""
        return ", ".join(name.lower() for key, name in STREAMS.items() if getattr(self, f"import_{key}", False))

    @property
    def pair(self) -> Pair:
        """Its two credentials, and whether they may stand beside each other."""
        return Pair(self.sync_credential, self.action_credential, same_app_accepted=self.same_app_accepted)
