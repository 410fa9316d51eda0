"""The forms of a connector: a new one, and each section, saved on its own."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from connectors import actions, checks, services
from connectors.forms import ActionsForm, ConnectionForm, CredentialChoiceForm
from connectors.guide import action_guide, sync_guide
from connectors.import_forms import ImportForm, ScheduleForm
from connectors.models import Connector
from connectors.readiness_table import matrix_of, reading_with
from connectors.views.checking import report_on
from credentials.finding import Finding
from credentials.models import Cloud
from neurons_admin.access.sudo import sudo_required
from neurons_admin.audit.meanwhile import ChangedMeanwhileError, MeanwhileForm, version_of
from neurons_admin.http import Request

ADD: Final = "connectors.add_connector"
CHANGE: Final = "connectors.change_connector"
View = Callable[[Request, uuid.UUID], HttpResponse]
Form = TypeVar("Form", bound=MeanwhileForm)


def gone_is_not_found(view: View) -> View:
    """A connector that is deleted between a look at it and saving is answered like any that is not there."""

    @wraps(view)
    def answer(request: Request, pk: uuid.UUID) -> HttpResponse:
        try:
            return view(request, pk)
        except Connector.DoesNotExist as exc:
            raise Http404 from exc

    return answer


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(ADD, raise_exception=True)
@sudo_required
def add(request: Request) -> HttpResponse:
    """A new connector: its credential is tried, then it is kept."""
    form = ConnectionForm(request.POST if request.method == "POST" else None, connector=None, user=request.user)
    finding = _try_out(request, form)
    if form.given and _may_save(request, form, finding):
        values = form.cleaned_data
        try:
            connector = services.add(
                name=values["name"], active=values["active"], given=form.given, actor=request.user, finding=finding
            )
        except services.NameTakenError:
            form.refuse_name()
        except services.CredentialGoneError:
            form.refuse_shared()
        else:
            messages.success(request, f"{connector} was added. Synchronise now, or look at what to import first.")
            return redirect(connector)
    return _answer(request, "connectors/add.html", form, finding, {"guide": sync_guide()})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@gone_is_not_found
@sudo_required
def edit_connection(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Name, switch, and the credential to synchronise with."""
    form, connector = _drawn(ConnectionForm, request, pk, "connection")
    finding = _try_out(request, form)
    if form.given and _may_save(request, form, finding):
        names = ("name", "active", "same_app_accepted")
        values = {name: form.cleaned_data[name] for name in names}
        try:
            changed = services.change_connection(
                connector,
                **values,
                given=form.given,
                actor=request.user,
                finding=finding,
                drawn_from=form.version,
            )
        except ChangedMeanwhileError as exc:
            form.tell(exc, _stored(ConnectionForm, request, pk, "connection"))
        except services.NameTakenError:
            form.refuse_name()
        except services.CredentialGoneError:
            form.refuse_shared()
        except services.PairRefusedError as exc:
            form.refuse_pair(exc.objection)
        else:
            return _saved(request, connector, changed)
    stored = connector.sync_credential.finding if connector.sync_credential else None
    context = {
        "connector": connector,
        "guide": sync_guide(connector.sync_credential),
        "stored": stored,
        "stored_reading": reading_with(stored) if stored else None,
    }
    return _answer(request, "connectors/edit_connection.html", form, finding, context)


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@gone_is_not_found
def edit_import(request: Request, pk: uuid.UUID) -> HttpResponse:
    """What to import."""
    form, connector = _drawn(ImportForm, request, pk, "import")
    if form.is_valid():
        try:
            changed = services.change_import(connector, **form.values, actor=request.user, drawn_from=form.version)
        except ChangedMeanwhileError as exc:
            form.tell(exc, _stored(ImportForm, request, pk, "import"))
        else:
            return _saved(request, connector, changed)
    return render(request, "connectors/edit_import.html", {"connector": connector, "form": form})


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@gone_is_not_found
def edit_schedule(request: Request, pk: uuid.UUID) -> HttpResponse:
    """When to synchronise, and when what was read is stale. A start that a clock leaves out is told of once saved."""
    form, connector = _drawn(ScheduleForm, request, pk, "schedule")
    if form.is_valid():
        try:
            changed = services.change_schedule(connector, **form.values, actor=request.user, drawn_from=form.version)
        except ChangedMeanwhileError as exc:
            form.tell(exc, _stored(ScheduleForm, request, pk, "schedule"))
        else:
            if note := _connector(pk).gap_words if changed else "":
                messages.warning(request, note)
            return _saved(request, connector, changed)
    return render(request, "connectors/edit_schedule.html", {"connector": connector, "form": form})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@gone_is_not_found
@sudo_required
def edit_actions(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Action details: whether to act, with which credential, and which actions to offer."""
    form, connector = _drawn(ActionsForm, request, pk, "actions")
    finding = _try_out(request, form)
    if form.is_valid() and _may_save(request, form, finding):
        values = form.cleaned_data
        try:
            changed = services.change_actions(
                connector,
                enabled=values["actions_enabled"],
                offered=values["offered"],
                given=form.given,
                same_app_accepted=values["same_app_accepted"],
                actor=request.user,
                finding=finding,
                drawn_from=form.version,
            )
        except ChangedMeanwhileError as exc:
            form.tell(exc, _stored(ActionsForm, request, pk, "actions"))
        except services.PairRefusedError as exc:
            form.refuse_pair(exc.objection)
        except services.CredentialGoneError:
            form.refuse_shared()
        else:
            return _saved(request, connector, changed)
    cloud = connector.sync_credential.cloud if connector.sync_credential else Cloud.GLOBAL
    context = {
        "connector": connector,
        "guide": action_guide(connector.offered, connector.action_credential, cloud=cloud),
        "stored_matrix": matrix_of(connector),
    }
    return _answer(request, "connectors/edit_actions.html", form, finding, context)


def _drawn(kind: type[Form], request: Request, pk: uuid.UUID, section: str) -> tuple[Form, Connector]:
    """The form of a section, with what was sent if something was, and the connector that it was drawn from."""
    return _form(kind, request.POST if request.method == "POST" else None, request, pk, section)


def _stored(kind: type[Form], request: Request, pk: uuid.UUID, section: str) -> Form:
    """The form of a section as it is drawn for somebody who opens it."""
    return _form(kind, None, request, pk, section)[0]


def _form(
    kind: type[Form], data: QueryDict | None, request: Request, pk: uuid.UUID, section: str
) -> tuple[Form, Connector]:
    version = version_of(Connector, pk, services.changes_of(section))
    connector = _connector(pk)
    more = {"user": request.user} if issubclass(kind, CredentialChoiceForm) else {}
    make: Callable[..., Form] = kind
    form = make(data, connector=connector, **more)
    form.draw_from(version)
    return form, connector


def _connector(pk: uuid.UUID) -> Connector:
    return get_object_or_404(Connector.objects.with_credentials(), pk=pk)


def _try_out(request: Request, form: CredentialChoiceForm) -> Finding | None:
    """Sign in with what the form gives: always for a check, before saving only where it differs from what is stored."""
    if form.is_valid() and form.given and (form.needs_trial or "check" in request.POST):
        return checks.sign_in_with(form.given)
    return None


def _may_save(request: Request, form: CredentialChoiceForm, finding: Finding | None) -> bool:
    """Whether to go on to saving: not after a mere check; what Microsoft did not accept, only if that was ticked."""
    return form.is_valid() and "check" not in request.POST and (finding is None or form.accepts(finding))


def _saved(request: Request, connector: Connector, changed: list[str]) -> HttpResponse:
    messages.success(request, "The changes were saved." if changed else "Nothing was changed.")
    return redirect(connector)


def _answer(
    request: Request, template: str, form: CredentialChoiceForm, finding: Finding | None, context: dict[str, Any]
) -> HttpResponse:
    """The page once more; to a check by htmx only what it found, so that the form stays as it is."""
    reads = form.role == "sync_credential"
    if finding and form.given and "check" in request.POST:
        context |= report_on(finding, form.given, reads=reads, acts=not reads, offered=_offered(form))
    context["form"] = form
    if request.htmx and "check" in request.POST:
        return render(request, "connectors/_check_answer.html", context)
    form.ask_secret_again()
    return render(request, template, context)


def _offered(form: CredentialChoiceForm) -> list[type[actions.Action]] | None:
    """What a form for acting ticks."""
    keys = form.cleaned_data.get("offered")
    return None if keys is None else [action for action in actions.ALL if action.key in keys]
