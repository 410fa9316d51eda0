"""What the tests of second factors have in common: somebody with an authenticator app, and the codes it shows."""

import time

from django.utils import timezone

from neurons_admin.access import codes
from neurons_admin.access.models import AuthenticatorApp, User

STEP = 30


def code(app: AuthenticatorApp, *, steps: int = 0) -> str:
    """What an app shows, or will show, or has shown."""
    return codes.code_at(app.secret.reveal(), int(time.time()) // STEP + steps).decode()


def wrong_code(app: AuthenticatorApp) -> str:
    """Six digits that the app does not show in these minutes."""
    shown = {code(app, steps=steps) for steps in (-2, -1, 0, 1, 2)}
    return next(text for text in ("000000", "111111", "222222", "333333", "444444", "555555") if text not in shown)


def give_app(member: User, name: str = "My phone") -> AuthenticatorApp:
    """Give somebody an authenticator app that is in use."""
    app = AuthenticatorApp(member=member, name=name, confirmed_at=timezone.now())
    app.secret = codes.new_secret()
    app.save()
    return app
