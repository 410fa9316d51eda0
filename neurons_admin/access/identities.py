"""Which account at Microsoft is which member: linked by whoever manages members, and by nothing else."""

import uuid

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from neurons_admin.access.models import Identity, User
from neurons_admin.access.services import Refused
from neurons_admin.audit.models import record


@transaction.atomic
def link(member: User, tenant_id: uuid.UUID, object_id: uuid.UUID, *, only: bool, by: User) -> None:
    """Let a member sign in with this account; with `only`, in no other way. Raises Refused."""
    if member.is_superuser and not by.is_superuser:
        raise Refused("Only a superuser can change a superuser.")
    try:
        with transaction.atomic():
            values = {"tenant_id": tenant_id, "object_id": object_id}
            Identity.objects.update_or_create(member=member, defaults=values)
    except IntegrityError as exc:
        raise Refused("Another member signs in with this account already.") from exc
    if only:
        member.set_unusable_password()
        member.save(update_fields=["password"])
        member.passkeys.all().delete()
    member.sessions.all().end()
    detail: dict[str, object] = {"tenant_id": str(tenant_id), "object_id": str(object_id), "only": only}
    record("member.identity_linked", member, actor=by, detail=detail)


@transaction.atomic
def unlink(member: User, *, by: User) -> bool:
    """Take the account at Microsoft from a member, and end their sessions; False if there was none. Raises Refused."""
    if member.is_superuser and not by.is_superuser:
        raise Refused("Only a superuser can change a superuser.")
    identity = Identity.objects.filter(member=member).first()
    if identity is None:
        return False
    detail: dict[str, object] = {"tenant_id": str(identity.tenant_id), "object_id": str(identity.object_id)}
    identity.delete()
    member.sessions.all().end()
    record("member.identity_unlinked", member, actor=by, detail=detail)
    return True


def member_of(tenant_id: uuid.UUID, object_id: uuid.UUID) -> User | None:
    """The member with this account, who may be deactivated; None if there is none."""
    return User.objects.filter(identity__tenant_id=tenant_id, identity__object_id=object_id).first()


def note_refused(reason: str, address: str, member: User | None = None) -> None:
    """Record that somebody who came from Microsoft was not let in."""
    subject = member or User(username="an unknown account at Microsoft")
    record(
        "sign_in.refused",
        subject,
        actor=AnonymousUser(),
        detail={"way": "microsoft", "reason": reason, "address": address},
    )
