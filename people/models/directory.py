"""What people belong to, hold and use in their directory, as it was last read: groups, licences, devices."""

from typing import Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Now

from connectors.actions import GroupFacts, LicenceFacts
from connectors.models import Connector

from .person import Account


class GroupQuerySet(models.QuerySet["Group"]):
    def present(self) -> Self:
        """Those that the directory still has."""
        return self.filter(removed_at=None)

    def of(self, account: Account) -> Self:
        """Those that an account is a direct member of."""
        mine = Membership.objects.filter(member_id=account.object_id).values("group")
        return self.present().filter(connector=account.connector_id, pk__in=mine)

    def named(self, text: str) -> Self:
        """Those whose name or e-mail holds each word of `text`."""
        found = self
        for word in text.split():
            found = found.filter(Q(name__icontains=word) | Q(mail__icontains=word))
        return found


class Group(models.Model):
    """A group of one directory, with what decides whether its members can be changed."""

    class Kind(models.TextChoices):
        SECURITY = "security", "Security"
        MICROSOFT_365 = "microsoft_365", "Microsoft 365"
        MAIL_SECURITY = "mail_security", "Mail-enabled security"
        DISTRIBUTION = "distribution", "Distribution list"

    connector = models.ForeignKey(Connector, models.PROTECT, related_name="groups", db_index=False)
    object_id = models.UUIDField()
    name = models.CharField(max_length=256, blank=True)
    description = models.CharField(max_length=1024, blank=True)
    mail = models.CharField(max_length=320, blank=True)
    kind = models.CharField(max_length=15, choices=Kind)
    dynamic = models.BooleanField(db_default=False)
    synced = models.BooleanField(db_default=False)
    role_assignable = models.BooleanField(db_default=False)
    restricted = models.BooleanField(db_default=False)
    removed_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField(db_default=Now())
    seen_in = models.UUIDField(null=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint(fields=["connector", "object_id"], name="group_once_per_connector")]
        indexes = [models.Index(fields=["connector", "name"], name="group_name")]

    def __str__(self) -> str:
        return self.name or str(self.object_id)

    def as_facts(self) -> GroupFacts:
        """What an action needs to know of this group."""
        return GroupFacts(
            object_id=str(self.object_id),
            name=str(self),
            kind=self.kind,
            dynamic=self.dynamic,
            synced=self.synced,
            role_assignable=self.role_assignable,
            restricted=self.restricted,
        )


class Membership(models.Model):
    """One direct member of a group: a person's account, or anything else with an object ID, known here or not."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships", db_index=False)
    member_id = models.UUIDField()
    seen_in = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "member_id"], name="member_once_per_group")]
        indexes = [models.Index(fields=["member_id"], name="membership_of")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.group}"


class Licence(models.Model):
    """A product that the tenant has bought (a SKU), with its seats."""

    connector = models.ForeignKey(Connector, models.PROTECT, related_name="licences", db_index=False)
    sku_id = models.UUIDField()
    part_number = models.CharField(max_length=100, blank=True)
    applies_to = models.CharField(max_length=20, blank=True)
    capability_status = models.CharField(max_length=20, blank=True)
    # Seats: bought and in force, in their grace time, and taken.
    enabled = models.IntegerField(db_default=0)
    warning = models.IntegerField(db_default=0)
    consumed = models.IntegerField(db_default=0)
    # Service plans: [{"id": ..., "name": ...}].
    plans = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))
    as_of = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("part_number", "id")
        constraints = [models.UniqueConstraint(fields=["connector", "sku_id"], name="sku_once_per_connector")]

    def __str__(self) -> str:
        return self.part_number or str(self.sku_id)

    def as_facts(self) -> LicenceFacts:
        """What an action needs to know of this product."""
        return LicenceFacts(
            sku_id=str(self.sku_id),
            name=str(self),
            assignable=self.applies_to != "Company" and self.capability_status in ("Enabled", "Warning", ""),
            left=self.enabled - self.consumed,
        )


class DeviceQuerySet(models.QuerySet["Device"]):
    def of(self, account: Account) -> Self:
        """Those registered to an account."""
        return self.filter(connector=account.connector_id, owner_id=account.object_id)


class Device(models.Model):
    """A device that Entra ID knows, with the one it is registered to."""

    connector = models.ForeignKey(Connector, models.PROTECT, related_name="devices", db_index=False)
    object_id = models.UUIDField()
    owner_id = models.UUIDField(null=True)
    name = models.CharField(max_length=256, blank=True)
    operating_system = models.CharField(max_length=64, blank=True)
    version = models.CharField(max_length=64, blank=True)
    # How it is joined: AzureAd, ServerAd, Workplace.
    trust_type = models.CharField(max_length=20, blank=True)
    enabled = models.BooleanField(null=True)
    compliant = models.BooleanField(null=True)
    managed = models.BooleanField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(null=True)
    as_of = models.DateTimeField(db_default=Now())
    seen_in = models.UUIDField(null=True)

    JOINED = {"AzureAd": "Entra joined", "ServerAd": "Hybrid joined", "Workplace": "Registered"}

    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint(fields=["connector", "object_id"], name="device_once_per_connector")]
        indexes = [models.Index(fields=["connector", "owner_id"], name="device_owner")]

    def __str__(self) -> str:
        return self.name or str(self.object_id)

    @property
    def joined(self) -> str:
        """How it is joined, as Microsoft's admin centers call it."""
        return self.JOINED.get(self.trust_type, self.trust_type or "not known")


def counted(accounts: QuerySet[Account], among: QuerySet[Account]) -> QuerySet[Account]:
    """Accounts with `group_count`, `device_count` and `report_count` (those of `among`), in the same query."""
    groups = Membership.objects.filter(
        member_id=OuterRef("object_id"), group__connector=OuterRef("connector"), group__removed_at=None
    )
    devices = Device.objects.filter(owner_id=OuterRef("object_id"), connector=OuterRef("connector"))
    reports = among.filter(manager_id=OuterRef("object_id"), connector=OuterRef("connector"))
    return accounts.annotate(
        group_count=_number_of(groups), device_count=_number_of(devices), report_count=_number_of(reports)
    )


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    found = rows.order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(found), 0)
