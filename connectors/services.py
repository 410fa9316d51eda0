"""What can be done with a connector. The rules, the transactions, and the audit of each change."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import time
from typing import Any, cast

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from connectors import actions
from connectors.models import Connector
from connectors.pair import Objection
from credentials.finding import Finding
from credentials.models import Credential
from neurons_admin.access.models import User
from neurons_admin.audit.meanwhile import refuse_if_changed
from neurons_admin.audit.models import record


class NameTakenError(Exception):
    """Another connector has this name."""


class PairRefusedError(Exception):
    """The two credentials may not stand beside each other; `objection` says why."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(objection.value)
        self.objection = objection


class CredentialGoneError(Exception):
    """The shared credential that was chosen has been deleted meanwhile. Nothing was changed."""


class InUseError(Exception):
    """People or runs still point to the connector; `counts` says how many of what. Nothing was deleted."""

    def __init__(self, counts: dict[str, int]) -> None:
        super().__init__(str(counts))
        self.counts = counts


def add(*, name: str, active: bool, given: Credential, actor: User, finding: Finding | None = None) -> Connector:
    """Make a connector that synchronises with `given`, a shared credential or one to save.

    Raises NameTakenError and CredentialGoneError.
    """
    with _names_guarded(), transaction.atomic():
        connector = Connector(name=name, active=active)
        connector.sync_credential = given
        _keep(connector, "sync_credential", None, finding, actor=actor)
        connector.next_sync_at = connector.next_after(timezone.now())
        connector.save(force_insert=True)
        record("connector.added", connector, actor=actor)
    return connector


def change_connection(
    connector: Connector,
    *,
    name: str,
    active: bool,
    given: Credential,
    same_app_accepted: bool,
    actor: User,
    finding: Finding | None = None,
    drawn_from: int | None = None,
) -> list[str]:
    """Save the section Connection; returns the names of what changed.

    With another tenant the next synchronisation reads everything. Raises NameTakenError, PairRefusedError and
    CredentialGoneError.
    """
    with _names_guarded(), _changing(connector, actor, "connection", drawn_from) as (row, changed):
        _set(row, changed, name=name, active=active)
        before, row.sync_credential = row.sync_credential, given
        _accept_pair(row, changed, same_app_accepted)
        if _keep(row, "sync_credential", before, finding, actor=actor):
            changed.append("sync_credential")
            if before and (before.cloud, before.tenant_id) != (given.cloud, given.tenant_id):
                row.delta_link = row.groups_delta_link = ""
    return changed


def change_import(connector: Connector, *, actor: User, drawn_from: int | None = None, **wanted: Any) -> list[str]:
    """Save what to import, given as columns; returns the names of what changed.

    Where it changes who is wanted, the next synchronisation reads everybody.
    """
    with _changing(connector, actor, "import", drawn_from) as (row, changed):
        before = row.basis
        _set(row, changed, **wanted)
        if row.basis != before:
            row.delta_link = ""
        if "import_sign_ins" in changed:
            row.sign_ins_read_at = None
    return changed


def change_schedule(
    connector: Connector,
    *,
    sync_repeat: int,
    sync_start: time | None,
    time_zone: str,
    stale_after_hours: int | None,
    actor: User,
    drawn_from: int | None = None,
) -> list[str]:
    """Save when to synchronise, and when data is stale; returns the names of what changed.

    With other times the next one is counted from now.
    """
    with _changing(connector, actor, "schedule", drawn_from) as (row, changed):
        _set(row, changed, sync_repeat=sync_repeat, sync_start=sync_start, time_zone=time_zone)
        if changed:
            row.next_sync_at = row.next_after(timezone.now())
        _set(row, changed, stale_after_hours=stale_after_hours)
    return changed


def change_actions(
    connector: Connector,
    *,
    enabled: bool,
    offered: Collection[str],
    given: Credential | None,
    same_app_accepted: bool,
    actor: User,
    finding: Finding | None = None,
    drawn_from: int | None = None,
) -> list[str]:
    """Save the Action details; returns the names of what changed. Raises PairRefusedError and CredentialGoneError.

    What was said of actions that only another version of the product knows is kept.
    """
    with _changing(connector, actor, "actions", drawn_from) as (row, changed):
        usual = [action.key for action in actions.ALL if not action.off_by_default]
        withheld = [key for key in usual if key not in offered] + _unknown(row.actions_withheld)
        allowed = [key for key in actions.BY_KEY if key in offered and key not in usual] + _unknown(row.actions_allowed)
        _set(row, changed, actions_enabled=enabled, actions_withheld=withheld, actions_allowed=allowed)
        before, row.action_credential = row.action_credential, given
        _accept_pair(row, changed, same_app_accepted)
        if _keep(row, "action_credential", before, finding, actor=actor):
            changed.append("action_credential")
    return changed


def _unknown(keys: Iterable[str]) -> list[str]:
    return [key for key in keys if key not in actions.BY_KEY]


def delete(connector: Connector, *, actor: User) -> None:
    """Delete a connector that has brought in nobody, with the credentials filled in on it. Raises InUseError."""
    counts = held_by(connector)
    if counts:
        raise InUseError(counts)
    both = (connector.sync_credential, connector.action_credential)
    filled_in = [credential for credential in both if credential and not credential.is_shared]
    try:
        with transaction.atomic():
            record("connector.deleted", connector, actor=actor)
            for role in ("sync_credential", "action_credential"):
                before = getattr(connector, role)
                setattr(connector, role, None)
                note_attachment(connector, role, before, actor=actor)
            connector.delete()
            for credential in filled_in:
                # Not if somebody has made it a shared one since it was read.
                Credential.objects.filter(pk=credential.pk, name="").delete()
    except ProtectedError as exc:
        raise InUseError(held_by(connector)) from exc


def held_by(connector: Connector) -> dict[str, int]:
    """What keeps a connector from being deleted, counted by what it is called."""
    counts = {}
    for relation in Connector._meta.related_objects:
        if relation.on_delete is models.PROTECT:
            model = relation.related_model
            counts[str(model._meta.verbose_name_plural)] = model._default_manager.filter(
                **{relation.field.name: connector}
            ).count()
    return {name: count for name, count in counts.items() if count}


def changes_of(section: str) -> Q:
    """The events that change a section of a connector."""
    return Q(verb="connector.changed", detail__section=section)


@contextmanager
def _changing(
    connector: Connector, actor: User, section: str, drawn_from: int | None
) -> Iterator[tuple[Connector, list[str]]]:
    """A locked copy of the row to change, and the list of what has changed; saves and records it at the end.

    Raises ChangedMeanwhileError if the section was changed after the version `drawn_from`.
    """
    with transaction.atomic():
        row = Connector.objects.select_for_update().get(pk=connector.pk)
        refuse_if_changed(row, changes_of(section), drawn_from)
        changed: list[str] = []
        yield row, changed
        if changed:
            row.save()
            record("connector.changed", row, actor=actor, detail={"section": section, "fields": changed})


def _set(row: Connector, changed: list[str], **values: Any) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changed.append(name)


def _keep(row: Connector, role: str, before: Credential | None, finding: Finding | None, *, actor: User) -> bool:
    """Save the credential that has been put into a role; False if it is as it was. A filled-in forerunner goes."""
    given: Credential | None = getattr(row, role)
    is_changed = before != given
    if given and given.is_shared and is_changed:
        _hold(given)
    if given and not given.is_shared and (is_changed or _differs(given)):
        is_changed = True
        given.save()
        if finding:
            given.keep(finding)
    if before and before != given and not before.is_shared:
        row.save(update_fields=[role])
        before.delete()
    if before != given:
        note_attachment(row, role, before, actor=actor)
    return is_changed


def note_attachment(row: Connector, role: str, before: Credential | None, *, actor: User) -> None:
    """Record, on the shared credentials themselves, that one gave a role of the connector up and one took it."""
    field = cast("models.Field[Any, Any]", Connector._meta.get_field(role))
    detail: dict[str, object] = {"connector": row.name, "part": str(field.verbose_name)}
    given: Credential | None = getattr(row, role)
    if before and before.is_shared:
        record("credential.detached", before, actor=actor, detail=detail)
    if given and given.is_shared:
        record("credential.attached", given, actor=actor, detail=detail)


def _hold(shared: Credential) -> None:
    """Keep a shared credential from being deleted until the transaction ends."""
    if not Credential.objects.shared().select_for_update(no_key=True).filter(pk=shared.pk).exists():
        raise CredentialGoneError


def _differs(given: Credential) -> bool:
    """Whether a filled-in credential is to be saved with other values than it has."""
    stored = Credential.objects.filter(pk=given.pk).first()
    names = ("cloud", "tenant_id", "client_id", "secret_set_at", "secret_expires_on")
    return stored is None or any(getattr(stored, name) != getattr(given, name) for name in names)


def _accept_pair(row: Connector, changed: list[str], accepted: bool) -> None:
    """Hold the row to the rules for its two credentials. That one app does both is noted only where it is so."""
    row.same_app_accepted, before = accepted, row.same_app_accepted
    if objection := row.pair.objection:
        raise PairRefusedError(objection)
    row.same_app_accepted = accepted and row.pair.is_same_app
    if row.same_app_accepted != before:
        changed.append("same_app_accepted")


@contextmanager
def _names_guarded() -> Iterator[None]:
    try:
        yield
    except IntegrityError as exc:
        if "connector_name_unique" in str(exc):
            raise NameTakenError from exc
        raise
