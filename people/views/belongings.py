"""What a person belongs to, holds, uses and leads: from the local copy, a page for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from connectors.actions.groups import group_refusal
from connectors.actions.licence_names import licence_name
from connectors.actions.licensing import direct_of, error_words, errors_of, inherited_of
from neurons_admin.http import Request
from neurons_admin.ui import keyset
from people import policy
from people.models import Account, Device, Group, Licence
from people.views.person import frame_of, reports_of
from people.views.seen import of_accounts


@dataclass(frozen=True)
class GroupRow:
    """A group somebody is in, and why its members cannot be changed here, where that is so."""

    group: Group

    @property
    def refusal(self) -> str:
        return group_refusal(self.group.as_facts())


@dataclass(frozen=True)
class LicenceRow:
    """A product somebody holds: directly, by groups, or both; with what is wrong with it."""

    name: str
    part_number: str
    is_direct: bool
    groups: list[str]
    plans_off: int
    problem: str


@require_safe
@permission_required("people.view_person", raise_exception=True)
def groups(request: Request, pk: int) -> HttpResponse:
    """The groups that the chosen account is a direct member of."""
    context = frame_of(request, pk, "groups")
    account: Account | None = context["account"]
    found = Group.objects.of(account) if account else Group.objects.none()
    page = keyset.page_of(request, found, ("name", "id"))
    rows = [GroupRow(group) for group in page.rows]
    return render(request, "people/groups.html", {**context, "page": page, "rows": rows})


@require_safe
@permission_required("people.view_person", raise_exception=True)
def licences(request: Request, pk: int) -> HttpResponse:
    """What the chosen account is licensed for."""
    context = frame_of(request, pk, "licences")
    account: Account | None = context["account"]
    rows, as_of = _licences_of(account) if account else ([], None)
    return render(request, "people/licences.html", {**context, "rows": rows, "seats_as_of": as_of})


@require_safe
@permission_required("people.view_person", raise_exception=True)
def devices(request: Request, pk: int) -> HttpResponse:
    """The devices registered to the chosen account."""
    context = frame_of(request, pk, "devices")
    account: Account | None = context["account"]
    found = Device.objects.of(account) if account else Device.objects.none()
    return render(request, "people/devices.html", {**context, "page": keyset.page_of(request, found, ("name", "id"))})


@require_safe
@permission_required("people.view_person", raise_exception=True)
def reports(request: Request, pk: int) -> HttpResponse:
    """Those whose manager the chosen account is."""
    context = frame_of(request, pk, "reports")
    account: Account | None = context["account"]
    found = reports_of(request.user).none()
    if account:
        found = reports_of(request.user).filter(connector=account.connector_id, manager_id=account.object_id)
    page = keyset.page_of(request, found.select_related("person"), ("display_name", "id"))
    for each in page.rows if policy.is_limited(request.user) else ():
        of_accounts(each.person, [each])
    return render(
        request, "people/reports.html", {**context, "page": page, "is_limited": policy.is_limited(request.user)}
    )


def _licences_of(account: Account) -> tuple[list[LicenceRow], datetime | None]:
    """The account's licences, and when the products of the tenant were last read. Two queries."""
    state = account.as_state()
    direct, errors = direct_of(state) or {}, errors_of(state)
    inherited = inherited_of(state)
    held = {str(each.get("skuId", "")).lower() for each in state.get("assignedLicenses") or ()}
    skus = sorted({*direct, *held, *(each.sku_id for each in inherited)})
    products = {str(each.sku_id): each for each in Licence.objects.filter(connector=account.connector_id)}
    names = _group_names(account, {each.group_id for each in inherited})
    rows = []
    for sku in skus:
        of_groups = [each for each in inherited if each.sku_id == sku]
        part_number = str(products[sku]) if sku in products else sku
        problems = [errors.get(sku, ""), *(each.error for each in of_groups)]
        rows.append(
            LicenceRow(
                name=licence_name(part_number),
                part_number=part_number,
                is_direct=sku in direct,
                groups=[names.get(each.group_id, each.group_id) for each in of_groups],
                plans_off=len(direct.get(sku, ())),
                problem=" ".join(dict.fromkeys(words for each in problems if (words := error_words(each)))),
            )
        )
    rows.sort(key=lambda row: row.name.lower())
    return rows, max((each.as_of for each in products.values()), default=None)


def _group_names(account: Account, ids: Iterable[str]) -> dict[str, str]:
    known = Group.objects.filter(connector=account.connector_id, object_id__in=list(ids))
    return {str(group.object_id): str(group) for group in known}
