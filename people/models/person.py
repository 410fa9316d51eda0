"""People, as the list shows and searches them, and the accounts they are merged from."""

import uuid
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from connectors.actions import PersonFacts, Target
from connectors.models import Connector
from people.words import prefix_query


class PrefixQuery(SearchQuery):
    """A tsquery taken as it is: PostgreSQL's parser would cut some words otherwise than we did for the index."""

    template = "(%(expressions)s)::tsquery"


class PersonQuerySet(models.QuerySet["Person"]):
    def matching(self, text: str) -> Self:
        """Those in whose name, e-mail, sign-in name or department each word of `text` begins some word."""
        query = prefix_query(text)
        return self.filter(search=PrefixQuery(query)) if query else self

    def from_connector(self, connector_id: uuid.UUID | None) -> Self:
        """Those with an account there; nobody for None."""
        if connector_id is None:
            return self.none()
        return self.filter(Exists(Account.objects.filter(person=OuterRef("pk"), connector_id=connector_id)))


class Person(models.Model):
    """A human being we know of. What it holds is kept from its first account, so that a list needs one table."""

    class State(models.TextChoices):
        ENABLED = "enabled", "Enabled"
        DISABLED = "disabled", "Disabled"
        DELETED = "deleted", "Deleted"

    TONES = {State.ENABLED: "good", State.DISABLED: "warning", State.DELETED: "bad"}

    display_name = models.CharField(max_length=256)
    email = models.CharField(max_length=320, blank=True)
    email_key = models.CharField(max_length=320, blank=True)
    user_principal_name = models.CharField(max_length=320, blank=True)
    job_title = models.CharField(max_length=128, blank=True)
    department = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.ENABLED)
    guest = models.BooleanField(default=False)
    synced = models.BooleanField(default=False)
    sort_key = models.CharField(max_length=300)
    search = SearchVectorField()

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "people"
        ordering = ("sort_key", "id")
        indexes = [
            models.Index(fields=["sort_key", "id"], name="person_sort"),
            models.Index(fields=["department", "sort_key", "id"], name="person_department"),
            models.Index(fields=["email_key"], name="person_email", condition=~Q(email_key="")),
            GinIndex(fields=["search"], name="person_search"),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_absolute_url(self) -> str:
        return reverse("people:person", args=[self.pk])

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]


class AccountQuerySet(models.QuerySet["Account"]):
    def with_connector(self) -> Self:
        """With what a menu or a run asks of the connector."""
        return self.select_related("connector__action_credential", "connector__sync_credential", "person")


class Account(models.Model):
    """A person's object in one directory, as it was last read; `object_id` never changes, everything else may."""

    class Removal(models.TextChoices):
        DELETED = "deleted", "Deleted, can be restored for 30 days"
        GONE = "gone", "Deleted for good"
        UNSEEN = "unseen", "No longer in the directory"
        EXCLUDED = "excluded", "No longer imported"

    person = models.ForeignKey(Person, models.PROTECT, related_name="accounts")
    # Without an index of its own: the one of the constraint below begins with it.
    connector = models.ForeignKey(Connector, models.PROTECT, related_name="accounts", db_index=False)
    object_id = models.UUIDField()
    user_principal_name = models.CharField(max_length=320, blank=True)
    display_name = models.CharField(max_length=256, blank=True)
    given_name = models.CharField(max_length=64, blank=True)
    surname = models.CharField(max_length=64, blank=True)
    mail = models.CharField(max_length=320, blank=True)
    job_title = models.CharField(max_length=128, blank=True)
    department = models.CharField(max_length=64, blank=True)
    company_name = models.CharField(max_length=64, blank=True)
    office_location = models.CharField(max_length=128, blank=True)
    mobile_phone = models.CharField(max_length=64, blank=True)
    business_phone = models.CharField(max_length=64, blank=True)
    employee_id = models.CharField(max_length=64, blank=True)
    city = models.CharField(max_length=128, blank=True)
    country = models.CharField(max_length=128, blank=True)
    usage_location = models.CharField(max_length=3, blank=True)
    user_type = models.CharField(max_length=20, blank=True)
    enabled = models.BooleanField(null=True)
    synced = models.BooleanField(null=True)
    created_in_directory_at = models.DateTimeField(null=True)
    password_changed_at = models.DateTimeField(null=True)
    sessions_valid_from = models.DateTimeField(null=True)
    # The manager's object ID in the same directory, whether or not that one is known here.
    manager_id = models.UUIDField(null=True)
    # What the directory says of the user beyond the columns here, under Graph's names.
    more = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    # As far as the directory tells it; read less often than the rest (Connector.sign_ins_read_at).
    last_sign_in_at = models.DateTimeField(null=True)
    # Template ids of the directory roles held, whether a role-assignable group has it, and whether a restricted
    # administrative unit has; None: nobody could read that.
    directory_roles = ArrayField(models.CharField(max_length=36), null=True)
    in_role_group = models.BooleanField(null=True)
    restricted = models.BooleanField(null=True)
    # Why nobody should act on it without a word, such as a break-glass account; empty for nearly all.
    protected_because = models.CharField(max_length=200, blank=True, db_default="")
    removal = models.CharField(max_length=10, choices=Removal, blank=True)
    removed_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField()
    seen_in = models.UUIDField(null=True)
    # Of everything the directory said at the last read: what is the same again need not be written again.
    fingerprint = models.BigIntegerField(null=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["connector", "object_id"], name="account_once_per_connector")]
        indexes = [
            models.Index(fields=["connector", "manager_id"], name="account_manager", condition=~Q(manager_id=None))
        ]

    def __str__(self) -> str:
        return f"{self.display_name} in {self.connector}"

    @property
    def is_guest(self) -> bool:
        return self.user_type.lower() == "guest"

    def stay_with_person(self) -> None:
        """In a transaction: know whose account this is, and that it remains so until the end of the transaction.

        Waits for whoever joins or parts people, and for no synchronisation.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT person_id FROM people_account WHERE id = %s FOR KEY SHARE", [self.pk])
            (person_id,) = cursor.fetchone()
        if person_id != self.person_id:
            self.person_id = person_id

    @property
    def is_stale(self) -> bool:
        """Whether what is shown is older than its connector allows: also since nobody looked at this one alone."""
        return self.connector.is_stale and self.connector.is_too_old(self.as_of)

    def as_target(self) -> Target:
        """What an action needs to know of this account."""
        return Target(
            object_id=str(self.object_id),
            name=self.display_name,
            sign_in_name=self.user_principal_name,
            enabled=self.enabled,
            synced=bool(self.synced),
            guest=self.is_guest,
            removal=self.removal,
            directory_roles=None if self.directory_roles is None else frozenset(self.directory_roles),
            in_role_group=self.in_role_group,
            restricted=self.restricted,
            state=self.as_state(),
        )

    def as_facts(self) -> PersonFacts:
        """What a choice of people needs to know of this account."""
        manager_id = str(self.manager_id) if self.manager_id else ""
        return PersonFacts(str(self.object_id), self.display_name, self.user_principal_name, manager_id)

    def as_state(self) -> dict[str, Any]:
        """The local copy under Graph's names of properties; what is empty there is None here."""
        state: dict[str, Any] = {name: getattr(self, column) or None for name, column in PROPERTY_COLUMNS.items()}
        state |= {"accountEnabled": self.enabled, "onPremisesSyncEnabled": self.synced, **self.more}
        if self.more:
            # What is empty is not kept; what was never read is not known.
            state = {name: [] for name in LISTS} | state
        state["businessPhones"] = [self.business_phone] if self.business_phone else []
        state["manager"] = {"id": str(self.manager_id)} if self.manager_id else None
        return state


# Lists of a user object that are kept in `more`.
LISTS = ("otherMails", "identities", "assignedLicenses", "licenseAssignmentStates")
# Texts of a user object that have a column of their own.
PROPERTY_COLUMNS = {
    "userPrincipalName": "user_principal_name",
    "displayName": "display_name",
    "givenName": "given_name",
    "surname": "surname",
    "mail": "mail",
    "jobTitle": "job_title",
    "department": "department",
    "companyName": "company_name",
    "officeLocation": "office_location",
    "mobilePhone": "mobile_phone",
    "employeeId": "employee_id",
    "city": "city",
    "country": "country",
    "usageLocation": "usage_location",
    "userType": "user_type",
}
# All that the row says of itself.
OWN_COLUMNS = [field.name for field in Account._meta.concrete_fields if not field.is_relation]
