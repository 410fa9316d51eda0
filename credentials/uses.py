"""Who uses a credential: whatever points to it, found through the database's own relations, whoever declares them."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser

from neurons_admin.access.models import User

from .models import Credential


class Use(NamedTuple):
    """One object that uses a credential, and in what role. `url` is empty for somebody who may not look at it."""

    label: str
    role: str
    url: str


def uses_of(credentials: Iterable[Credential], user: User | AnonymousUser | None) -> dict[uuid.UUID, list[Use]]:
    """The uses of each credential that has any: one query for each kind of use, however many credentials.

    Without a user, that is for the product itself, every use has its address.
    """
    keys = [credential.pk for credential in credentials]
    found: dict[uuid.UUID, list[Use]] = defaultdict(list)
    for relation in Credential._meta.related_objects:
        model, field = relation.related_model, relation.field
        may_look = user is None or user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
        rows: Iterable[Any] = model._default_manager.filter(**{f"{field.name}__in": keys})
        for row in rows:
            url = row.get_absolute_url() if may_look else ""
            found[getattr(row, field.attname)].append(Use(str(row), str(field.verbose_name), url))
    return found


def is_used(credential: Credential) -> bool:
    """Whether anything points to it."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: credential}).exists()
        for relation in Credential._meta.related_objects
    )
