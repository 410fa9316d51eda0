"""`python -m tests.attack.addresses`: every address of the product as JSON, with real ids, and who may ask what of it.

Runs with the environment of the product that is attacked. The rules are those of the policy matrix.
"""

import json
import sys
import uuid
from typing import Any

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402 - Django has to be set up first
from django.urls import reverse  # noqa: E402

from connectors.models import Connector, SyncRun  # noqa: E402
from credentials.models import Credential  # noqa: E402
from neurons_admin.access.factors import begin_app  # noqa: E402
from neurons_admin.access.models import Role, Scope, User  # noqa: E402
from neurons_admin.access.roles import VIEWER  # noqa: E402
from people.models import Account, ActionRun, Match  # noqa: E402
from tests.test_policy_matrix import ANYBODY, GHOSTS, NAMES, NO_ROLE, RULES  # noqa: E402

ODD_IDS = ("0", "-1", "9" * 30, "%2e%2e%2f", "1%27%20or%20%271%27=%271", "1;--", "%00", "null", "%F0%9F%92%A9")


def main() -> None:
    """Print the list."""
    things = _things()
    listed = []
    for name in NAMES:
        rule = RULES.get(name)
        if rule is None:
            continue
        arguments = things.get(rule.thing)
        if arguments is None:
            sys.stderr.write(f"Nothing at hand for {name}: {rule.thing}.\n")
            continue
        listed.append({
            "name": name,
            "url": reverse(name, kwargs=arguments),
            "ghost": reverse(name, kwargs={key: GHOSTS[type(value)] for key, value in arguments.items()}),
            "odd": _odd(name, arguments),
            "get": None if rule.get is None else sorted(rule.get),
            "post": None if rule.post is None else sorted(rule.post),
            "public": ANYBODY in (rule.get, rule.post),
        })  # fmt: skip
    json.dump(listed, sys.stdout)


def _odd(name: str, arguments: dict[str, Any]) -> list[str]:
    """The address with something else where an id belongs: never routed, or nothing is found."""
    url = reverse(name, kwargs=arguments)
    urls = []
    for value in arguments.values():
        before, found, after = url.rpartition(str(value))
        urls += [f"{before}{odd}{after}" for odd in ODD_IDS if found]
    return urls


def _things() -> dict[str, dict[str, Any]]:
    connector = Connector.objects.earliest("created_at")
    account = Account.objects.filter(removal="", enabled=True, connector=connector).earliest("pk")
    shared = Credential.objects.exclude(name="").first()
    run = ActionRun.objects.first()
    sync_run = SyncRun.objects.filter(connector=connector).first()
    match, _ = Match.objects.get_or_create(email_key="attacked@contoso.example")
    scope, _ = Scope.objects.get_or_create(name="Attacked", defaults={"conditions": {"department": ["Retail"]}})
    _nobody()
    found: dict[str, dict[str, Any] | None] = {
        "": {},
        "member": {"pk": User.objects.get(username="viewer").pk},
        "role": {"pk": Role.objects.get(group__name=VIEWER).pk},
        "scope": {"pk": scope.pk},
        "connector": {"pk": connector.pk},
        "synchronised connector": {"connector_pk": connector.pk},
        "sync run": {"pk": sync_run.pk} if sync_run else None,
        "credential": {"pk": shared.pk if shared else uuid.uuid4()},
        "person": {"pk": account.person_id},
        "account": {"pk": account.person_id, "account_pk": account.pk},
        "action": {"pk": account.person_id, "account_pk": account.pk, "key": "disable_account"},
        "choice": {"pk": account.person_id, "account_pk": account.pk, "key": "set_manager", "name": "manager"},
        "run": {"pk": run.pk} if run else None,
        "waiting run": {"pk": run.pk} if run else None,
        "match": {"pk": match.pk},
        "app": {"pk": begin_app(User.objects.get(username="viewer")).pk},
        "way": {"kind": "app", "pk": uuid.uuid4()},
        "sample": {"kind": "disable"},
    }
    return {thing: arguments for thing, arguments in found.items() if arguments is not None}


def _nobody() -> None:
    """Somebody who may sign in and nothing else, with the demo's password."""
    if not User.objects.filter(username="nobody").exists():
        viewer = User.objects.get(username="viewer")
        nobody = User(username="nobody", first_name="Demo", last_name=NO_ROLE, password=viewer.password)
        nobody.save()
        nobody.groups.set(Group.objects.none())


if __name__ == "__main__":
    main()
