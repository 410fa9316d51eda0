"""Plain functions that make one object each, with defaults one can read. What it stands on is made too."""

import itertools
import uuid
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from django.utils import timezone

from connectors.actions import DisableAccount
from connectors.models import Connector
from credentials.models import Credential
from neurons_admin.access.models import User
from neurons_admin.access.roles import ensure_roles
from people.models import Account, ActionRun, Person
from people.words import plain, words

PASSWORD = "correct horse battery staple"
TENANT_ID = uuid.UUID("6f2c1f0e-8d2b-4a5e-9c39-1f5f8f7f2a11")
ALL_PERMISSIONS = (
    "Directory.ReadWrite.All",
    "User-PasswordProfile.ReadWrite.All",
    "User.ManageIdentities.All",
    "User.ReadWrite.All",
)
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
_numbers = itertools.count(1)


def make_user(*roles: str, username: str = "", **columns: Any) -> User:
    """A user with the given roles; `is_superuser=True` for one who may do everything."""
    user = User.objects.create_user(username or f"user{next(_numbers)}", password=PASSWORD, **columns)
    if roles:
        ensure_roles()
        user.groups.set(Group.objects.filter(name__in=roles))
    return user


def make_credential(name: str = "", *, secret: str = "abc8Q~the-value-of-a-secret", **columns: Any) -> Credential:
    """A shared credential, or with `name=""` one that was filled in on a connector."""
    columns = {"tenant_id": TENANT_ID, "client_id": uuid.uuid4(), **columns}
    credential = Credential(name=name, **columns)
    credential.set_secret(secret)
    credential.save()
    return credential


def make_checked_credential(name: str = "", **columns: Any) -> Credential:
    """A credential that has been checked and may do everything."""
    columns = {
        "checked_at": timezone.now(),
        "granted_permissions": list(ALL_PERMISSIONS),
        "directory_roles": [USER_ADMINISTRATOR],
        **columns,
    }
    return make_credential(name, **columns)


def make_connector(name: str = "", *, acts: bool = True, **columns: Any) -> Connector:
    """A connector that reads and, unless told otherwise, acts."""
    name = name or f"Contoso {next(_numbers)}"
    if "sync_credential" not in columns:
        columns["sync_credential"] = make_credential(f"{name} read")
    if acts and "action_credential" not in columns:
        columns["action_credential"] = make_checked_credential(f"{name} act")
    return Connector.objects.create(name=name, actions_enabled=acts, **columns)


def make_person(name: str = "Adele Vance", **columns: Any) -> Person:
    """A person as the list shows one."""
    columns = {"department": "Retail", "job_title": "Retail Manager", "sort_key": plain(name), **columns}
    sign_in_name = columns.setdefault(
        "user_principal_name", f"{name.split(maxsplit=1)[0]}{next(_numbers)}@contoso.example"
    )
    email = columns.setdefault("email", sign_in_name)
    text = words(name, email, sign_in_name, columns["department"])
    return Person.objects.create(
        display_name=name,
        email_key=email.lower(),
        search=SearchVector(Value(text), config="simple"),
        **columns,
    )


def make_account(person: Person | None = None, connector: Connector | None = None, **columns: Any) -> Account:
    """An enabled cloud account of a person."""
    person = person or make_person()
    columns = {
        "object_id": uuid.uuid4(),
        "display_name": person.display_name,
        "user_principal_name": person.user_principal_name,
        "mail": person.email,
        "department": person.department,
        "job_title": person.job_title,
        "enabled": True,
        "user_type": "Member",
        "as_of": timezone.now(),
        **columns,
    }
    return Account.objects.create(person=person, connector=connector or make_connector(), **columns)


def make_run(account: Account | None = None, *, asked_by: User | None = None, **columns: Any) -> ActionRun:
    """A run that waits for a worker."""
    account = account or make_account()
    columns = {
        "action": DisableAccount.key,
        "conflict_class": DisableAccount.conflict_class,
        "click": uuid.uuid4(),
        "expires_at": timezone.now() + timedelta(hours=4),
        "credential_name": str(account.connector.action_credential),
        **columns,
    }
    return ActionRun.objects.create(
        person=account.person,
        account=account,
        connector=account.connector,
        asked_by=asked_by or make_user("Service desk"),
        **columns,
    )
