"""The experiment: what readiness says of an order beside what becomes of it in the tenant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from connectors import actions
from connectors.actions import Action, LicenceFacts, Target
from connectors.graph import GraphError, Reader, read_group, read_standing
from connectors.readiness import Facts, Verdict, verdict_of
from neurons_admin.demo.apps import READING
from neurons_admin.demo.directory import Change
from tests.readiness.accounts import Kind, kinds, read_target
from tests.readiness.orders import Case, cases
from tests.readiness.permission_sets import PermissionSet, permission_sets
from tests.readiness.tenant import InProcess, Laboratory

# Orders are carried out on this moment or later.
SENT = datetime.now(UTC)
Answer = Literal["done", "so already", "no effect", "refused"]
AGREES: dict[str, tuple[Answer, ...]] = {
    "works": ("done", "so already"),
    "fails": ("refused", "no effect", "so already"),
    "unknown": ("done", "so already", "refused", "no effect"),
}
# What the product refuses although the tenant would not: a guest signs in with what the home organisation keeps.
OWN_RULES = {
    (key, "guest")
    for key in (
        "reset_password",
        "require_password_change",
        "change_sign_in_name",
        "edit_identities",
        "temporary_access_pass",
    )
}


@dataclass(frozen=True)
class Cell:
    """One order, for one kind of account, by an application with one set of permissions."""

    action: type[Action]
    words: str
    kind: str
    permissions: PermissionSet
    verdict: Verdict
    answer: Answer
    detail: str

    @property
    def agrees(self) -> bool:
        """Whether the verdict and the answer can both be true, or the product wants less than the tenant allows."""
        if self.verdict.outcome == "fails" and (self.action.key, self.kind) in OWN_RULES:
            return True
        return self.answer in AGREES[self.verdict.outcome]

    def __str__(self) -> str:
        what = f"{self.action.key} ({self.words})" if self.words else self.action.key
        said = f"{self.verdict.outcome} {self.verdict.reason}".strip()
        return f"{what}, {self.kind}, {self.permissions.name}: said “{said}”, answered “{self.answer} {self.detail}”"


class Experiment:
    """Cells, one after the other, in one tenant that forgets each.

    `locally` says whether the local copy knows who holds which roles, as after a synchronisation; else all that is
    known of that is what the acting application can see by itself.
    """

    def __init__(self, laboratory: Laboratory, *, locally: bool = True) -> None:
        self.laboratory = laboratory
        self.locally = locally
        self.reader = laboratory.graph(PermissionSet("the credential for reading", "", READING))

    def cells(self, wanted: Iterable[type[Action]] = actions.ALL) -> Iterator[Cell]:
        """Each of these actions, with every kind of account, by every set of permissions."""
        everybody = [(each, self.laboratory.graph(each)) for each in permission_sets()]
        for action in wanted:
            for kind in list(kinds(self.laboratory.tenant)):
                for case in list(cases(action, self.laboratory.tenant, kind)):
                    yield from self._tried_by_all(case, kind, everybody)

    def _tried_by_all(self, case: Case, kind: Kind, everybody: list[tuple[PermissionSet, InProcess]]) -> Iterator[Cell]:
        target, known = self._known(case, kind)
        for permissions, graph in everybody:
            facts = Facts(True, True, frozenset(permissions.permissions), frozenset(permissions.roles))
            seen = target if self.locally else _as_seen_by(graph, target)
            verdict = verdict_of(case.order, facts, seen, known)
            answer, detail = _carry_out(case.order, graph, target)
            if answer in ("done", "no effect"):
                self._begin(case.before)
            yield Cell(type(case.order), case.words, kind.name, permissions, verdict, answer, detail)

    def _begin(self, changes: Iterable[Change]) -> None:
        self.laboratory.start_again()
        for change in changes:
            self.laboratory.tenant.directory.apply(change)

    def _known(self, case: Case, kind: Kind) -> tuple[Target, dict[str, Any]]:
        """What the local copy has of the account and of what the order concerns: read with the other credential.

        Of somebody who was deleted the roles are known as they were before. The directory is then as the case wants it.
        """
        self._begin(change for change in case.before if change.kind != "delete")
        standing = read_standing(self.reader, kind.object_id)
        self._begin(case.before)
        target = read_target(self.reader, kind.object_id, standing)
        state = {**target.state, "products": _products(self.reader)}
        if group_id := case.order.params.get("group_id"):
            state["group"] = read_group(self.reader, group_id)
        return target, state


def _as_seen_by(graph: InProcess, target: Target) -> Target:
    """The account with what the application itself can see of its roles and groups."""
    try:
        roles, in_role_group = read_standing(graph, target.object_id)
    except GraphError:
        return replace(target, directory_roles=None, in_role_group=None)
    return replace(target, directory_roles=roles, in_role_group=in_role_group)


def _carry_out(order: Action, graph: InProcess, target: Target) -> tuple[Answer, str]:
    """What comes of it, as the runner goes about it, but asking nobody beforehand whether it will work."""
    try:
        before = order.read(graph, target)
        if order.is_so(before):
            return "so already", ""
        write = order.write(target, before, order.make_secret() if order.secret_field else "")
        graph.write(write.method, write.path, write.body, refers_to=write.refers_to)
        after = order.read(graph, target)
    except GraphError as exc:
        return "refused", f"{exc.status or ''} {exc.detail or exc}".strip()
    return ("done" if order.observed(after, order.snapshot(before), SENT) else "no effect"), ""


def _products(reader: Reader) -> list[LicenceFacts]:
    """The products of the tenant, as a synchronisation brings them in."""
    return [
        LicenceFacts(
            product["skuId"],
            product["skuPartNumber"],
            assignable=product["appliesTo"] != "Company" and product["capabilityStatus"] in ("Enabled", "Warning"),
            left=product["prepaidUnits"]["enabled"] - product["consumedUnits"],
        )
        for product in reader.get("/subscribedSkus")["value"]
    ]
