"""What tests have done by the product's own code: `stage.inside("ask", action="disable_account", account=17)`.

Each function of COMMANDS takes and returns what JSON can hold.
"""

import json
import os
import sys
import traceback
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import django

django.setup()

from django.db import close_old_connections  # noqa: E402 - Django has to be set up first

from connectors import actions, checks  # noqa: E402
from connectors.actions import Order  # noqa: E402
from connectors.models import Connector  # noqa: E402
from credentials.models import Credential  # noqa: E402
from neurons_admin import doorbell  # noqa: E402
from neurons_admin.access.models import User  # noqa: E402
from people import asking  # noqa: E402
from people.asking import Asking  # noqa: E402
from people.models import Account, SealedPassword  # noqa: E402
from people.tasks import TASK  # noqa: E402


def ask(action: str, account: int, user: str = "desk", secret: str = "", click: str = "", **params: Any) -> str:
    """Ask by the services, as a page would, with a click of its own unless told otherwise; returns the run's id."""
    order = Order(actions.BY_KEY[action](**params), secret)
    who, whom = User.objects.get(username=user), Account.objects.with_connector().get(pk=account)
    asked = asking.ask([order], Asking(whom, who, uuid.UUID(click) if click else uuid.uuid4()))
    return str(asked.run.pk)


def ask_many(action: str, accounts: Sequence[int], user: str = "desk", **params: Any) -> list[str]:
    """The same for many accounts, one after the other."""
    return [ask(action, account, user, **params) for account in accounts]


def connect(app: Mapping[str, str], account: int) -> int:
    """A second connector to an account's tenant, acting with that app registration; returns the account in it."""
    copy = Account.objects.with_connector().get(pk=account)
    acting = Credential(name=app["name"], client_id=uuid.UUID(app["client_id"]))
    acting.tenant_id = copy.connector.sync_credential.tenant_id
    acting.set_secret(app["client_secret"])
    acting.save(force_insert=True)
    checks.check(acting, actor=User.objects.get(username="admin"))
    connector = Connector(name=f"By {acting}", actions_enabled=True, action_credential=acting)
    connector.sync_credential = copy.connector.sync_credential
    connector.save(force_insert=True)
    copy.pk, copy.connector = None, connector
    copy.save(force_insert=True)
    return int(copy.pk)


def ring(run: str, times: int = 1) -> bool:
    """Ring for a run, so many times."""
    return all(doorbell.ring(TASK, run) for _ in range(times))


def sealed_passwords() -> dict[str, str]:
    """Every password that is kept sealed now, by its run."""
    return {str(sealed.run_id): sealed.value.reveal() for sealed in SealedPassword.objects.all()}


COMMANDS: dict[str, Callable[..., Any]] = {
    command.__name__: command for command in (ask, ask_many, connect, ring, sealed_passwords)
}


def main() -> None:
    """Answer until the input ends. Whatever the product's code prints must not get among the answers."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        command, arguments = json.loads(line)
        close_old_connections()
        try:
            answer = {"result": COMMANDS[command](**arguments)}
        except Exception:  # noqa: BLE001 - it fails the test, there
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
