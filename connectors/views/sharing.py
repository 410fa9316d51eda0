"""Making a shared credential of one that was filled in on a connector: a name is asked for, and nothing else."""

import uuid
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from connectors.models import Connector
from connectors.services import changes_of
from connectors.sharing import SECTIONS, make_shared
from credentials.forms import ShareForm
from credentials.models import Credential
from credentials.services import NameTakenError, SharedAlreadyError
from neurons_admin.access.sudo import sudo_required
from neurons_admin.audit.meanwhile import ChangedMeanwhileError, version_of
from neurons_admin.http import Request

NEEDED: Final = ("connectors.change_connector", "credentials.add_credential")


@require_http_methods(["GET", "POST"])
@permission_required(NEEDED, raise_exception=True)
@sudo_required
def share(request: Request, pk: uuid.UUID, role: str) -> HttpResponse:
    """Ask for the name under which the credential becomes a shared one, and make it one."""
    form, connector = _drawn(request, pk, role)
    credential: Credential | None = getattr(connector, role)
    if credential is None or credential.is_shared:
        return _nothing_filled_in(request, connector)
    if form.is_valid():
        try:
            shared = make_shared(connector, role, **form.values, actor=request.user, drawn_from=form.version)
        except ChangedMeanwhileError as exc:
            form.tell(exc, _drawn(request, pk, role, is_fresh=True)[0])
        except NameTakenError:
            form.refuse_name()
        except SharedAlreadyError:
            return _nothing_filled_in(request, connector)
        except Connector.DoesNotExist as exc:
            raise Http404 from exc
        else:
            messages.success(request, f"{shared} is a shared credential, and {connector} goes on with it.")
            return redirect(connector)
    context = {"form": form, "connector": connector, "credential": credential, "acts": role == "action_credential"}
    return render(request, "connectors/share.html", context)


def _drawn(request: Request, pk: uuid.UUID, role: str, *, is_fresh: bool = False) -> tuple[ShareForm, Connector]:
    version = version_of(Connector, pk, changes_of(SECTIONS[role]))
    connector = get_object_or_404(Connector.objects.with_credentials(), pk=pk)
    form = ShareForm(request.POST if request.method == "POST" and not is_fresh else None)
    form.draw_from(version)
    return form, connector


def _nothing_filled_in(request: Request, connector: Connector) -> HttpResponse:
    messages.error(request, "Nothing was changed: no credential is filled in there, or somebody has shared it already.")
    return redirect(connector)
