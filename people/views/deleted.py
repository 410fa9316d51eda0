"""Who was deleted and can be restored, and reading that list from a directory."""

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from connectors.graph import GraphError
from connectors.models import Connector
from neurons_admin.http import Request
from neurons_admin.ui import keyset
from people import policy
from people.deleted import days_left, read_deleted
from people.models import Account

MOST_COUNTED: Final = 10_000


@dataclass(frozen=True)
class DeletedRow:
    """One deleted account in the list."""

    account: Account

    @property
    def name(self) -> str:
        return self.account.display_name or self.account.user_principal_name or str(self.account.object_id)

    @property
    def url(self) -> str:
        return f"{self.account.person.get_absolute_url()}?account={self.account.pk}"

    @property
    def days_left(self) -> int:
        return days_left(self.account)

    @property
    def tone(self) -> str:
        return "bad" if self.days_left <= 3 else "warning" if self.days_left <= 7 else "neutral"


@require_safe
@permission_required("people.view_person", raise_exception=True)
def deleted(request: Request) -> HttpResponse:
    """The deleted ones, as far as the local copy knows; the latest first."""
    gone = Account.objects.filter(removal=Account.Removal.DELETED, removed_at__isnull=False)
    found = policy.visible_accounts(request.user, among=gone)
    page = keyset.page_of(request, found.select_related("person", "connector"), ("-removed_at", "-id"))
    context = {
        "page": page,
        "rows": [DeletedRow(account) for account in page.rows],
        "total": keyset.counted(found, MOST_COUNTED),
        "connectors": list(_readable(request)),
    }
    return render(request, "people/deleted.html", context)


def _readable(request: Request) -> QuerySet[Connector]:
    """The connectors whose deleted ones this user may have read again: those of people whom they see."""
    return policy.visible_connectors(request.user, Connector.objects.filter(active=True, sync_credential__isnull=False))


@require_POST
@permission_required("people.view_person", raise_exception=True)
def read(request: Request, connector_pk: str) -> HttpResponse:
    """Read the deleted ones of one directory again, now."""
    connector = get_object_or_404(
        policy.visible_connectors(request.user, Connector.objects.with_credentials()), pk=connector_pk, active=True
    )
    try:
        count = read_deleted(connector)
    except GraphError as exc:
        messages.error(request, f"{connector} could not be read: {exc} The list is as it was.")
    else:
        if policy.is_limited(request.user):
            messages.success(request, f"{connector} was read.")
            return redirect("people:deleted")
        who = {0: "nobody is", 1: "one person is"}.get(count, f"{count} people are")
        messages.success(request, f"{connector} was read: {who} deleted there and can be restored.")
    return redirect("people:deleted")
