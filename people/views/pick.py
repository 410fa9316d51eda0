"""Searching the directory for what a dialog lets one choose."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from connectors import actions
from connectors.actions.fields import PickField
from neurons_admin.http import Request
from people import policy
from people.forms import form_for
from people.views.gate import account_for, who_may_act


@require_safe
@who_may_act
def pick(request: Request, pk: int, account_pk: int, key: str, name: str) -> HttpResponse:
    """What `<name>_q` finds for one field of an action's dialog, and what is chosen already, as the widget shows it.

    Only the directory of the account is searched, in the local copy.
    """
    account = account_for(request.user, pk, account_pk)
    action = actions.BY_KEY.get(key)
    if action is None:
        raise Http404
    if not policy.may(request.user, action, account):
        raise PermissionDenied
    form = form_for(action, account, request.user, data=request.GET)
    field = form.fields.get(name)
    if not isinstance(field, PickField):
        raise Http404
    bound = form[name]
    chosen = field.widget.value_from_datadict(request.GET, {}, name)
    context = field.widget.get_context(name, chosen, {"id": bound.auto_id})
    found = len(context["widget"]["found"])
    response = render(request, field.widget.found_template_name, context)
    return trigger_client_event(response, "pick:found", {"spoken": f"{found} found" if found else "Nothing found"})
