"""People whom nobody should act upon without a word: why, and who may all the same."""

from connectors.readiness import role_names
from neurons_admin.access.models import User
from people.models import Account
from people.permissions import OVERRIDE

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


def reasons(account: Account, actor: User) -> list[str]:
    """Why the account is protected from this member, each in a sentence; empty for nearly everybody."""
    found = []
    if account.protected_because:
        found.append(f"This account is protected: {account.protected_because}.")
    if _is_own(account, actor):
        found.append("This is your own account.")
    if account.directory_roles:
        held = ", ".join(role_names(account.directory_roles))
        found.append(f"Holds directory roles: {held}.")
        if _is_last_administrator(account):
            found.append("No other enabled Global Administrator is known here: the tenant could be locked out.")
    if account.in_role_group:
        found.append("Belongs to a role-assignable group, which gives directory roles.")
    return found


def may_override(user: User) -> bool:
    """Whether somebody may act on protected people, with a reason."""
    return user.is_active and user.has_perm(OVERRIDE)


def _is_own(account: Account, actor: User) -> bool:
    names = {account.user_principal_name.lower(), account.mail.lower()} - {""}
    return not names.isdisjoint({actor.username.lower(), actor.email.lower()})


def _is_last_administrator(account: Account) -> bool:
    if GLOBAL_ADMINISTRATOR not in (account.directory_roles or ()):
        return False
    others = Account.objects.filter(connector=account.connector_id, enabled=True, removal="")
    return not others.exclude(pk=account.pk).filter(directory_roles__contains=[GLOBAL_ADMINISTRATOR]).exists()
