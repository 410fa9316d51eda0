"""People whom nobody should act upon without a word: why."""

from connectors.actions import Action
from connectors.readiness import role_names
from neurons_admin.access.models import User
from people.models import Account

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
NOBODY_KNOWS = (
    "Whether they hold directory roles is not known: neither of the connector's credentials may read it. Grant"
    " RoleManagement.Read.Directory to the one for reading."
)


def reasons(account: Account, actor: User, action: type[Action], *, must_know: bool = False) -> list[str]:
    """Why the account is protected from what this member wants, each in a sentence; empty for nearly everybody.

    What somebody has put under protection is so for every action, everything else only for those that are guarded. With
    `must_know` not to know which roles are held is a reason, too.
    """
    found = []
    if account.protected_because:
        found.append(f"Put under protection: {account.protected_because}.")
    return found + _by_what_they_are(account, actor, must_know) if action.guarded else found


def _by_what_they_are(account: Account, actor: User, must_know: bool) -> list[str]:
    found = []
    if _is_own(account, actor):
        found.append("This is your own account.")
    if account.directory_roles:
        held = ", ".join(role_names(account.directory_roles))
        found.append(f"Holds directory roles: {held}.")
        if _is_last_administrator(account):
            found.append("No other enabled Global Administrator is known here: the tenant could be locked out.")
    if account.in_role_group:
        found.append("Belongs to a role-assignable group, which gives directory roles.")
    if must_know and account.directory_roles is None:
        found.append(NOBODY_KNOWS)
    return found


def _is_own(account: Account, actor: User) -> bool:
    names = {account.user_principal_name.lower(), account.mail.lower()} - {""}
    return not names.isdisjoint({actor.username.lower(), actor.email.lower()})


def _is_last_administrator(account: Account) -> bool:
    if GLOBAL_ADMINISTRATOR not in (account.directory_roles or ()):
        return False
    others = Account.objects.filter(connector=account.connector_id, enabled=True, removal="")
    return not others.exclude(pk=account.pk).filter(directory_roles__contains=[GLOBAL_ADMINISTRATOR]).exists()
