"""The self-check: whether reading and acting were kept apart, by what was recorded of the calls."""

import uuid

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from connectors import separation
from connectors.models import Connector
from neurons_admin.http import Request


@require_safe
@permission_required("connectors.view_connector", raise_exception=True)
def check(request: Request, pk: uuid.UUID | None = None) -> HttpResponse:
    """Of all app registrations that made calls, or of those that one connector uses."""
    connector = get_object_or_404(Connector.objects.with_credentials(), pk=pk) if pk else None
    records = separation.records(connector)
    context = {
        "connector": connector,
        "records": records,
        "is_broken": separation.is_broken(records),
        "has_calls": any(record.calls for record in records),
        "days": separation.WINDOW.days,
    }
    return render(request, "connectors/separation.html", context)
