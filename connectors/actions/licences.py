"""Assign and remove licences, in one call: https://learn.microsoft.com/graph/api/user-assignlicense."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from connectors.graph import GraphError

from .base import Action, Need, Order, Write
from .directory import LicenceFacts
from .edit_profile import EditProfile
from .forms import ActionForm
from .licence_forms import AssignLicencesForm, RemoveLicencesForm
from .licensing import NO_LOCATION, changed, direct_of, direct_ones, inherited_of, product_refusal
from .permissions import DIRECTORY_READ_WRITE, LICENCE_WRITE, READING, USER_READ, USER_READ_WRITE
from .target import State, Target

# These refusals differ by their words only.
_NOT_HELD = "not have a corresponding license"
_NO_LOCATION = "invalid usage location"

# A product to assign: {"sku", "name", "disabledPlans"}, the last None to leave a licence that is there as it is; or one
# to take away: {"sku", "name"}.
Product = dict[str, Any]


@dataclass(frozen=True)
class _LicenceAction(Action):
    """What assigning and removing share: only what is not so yet is sent, and plans that are off stay off."""

    group = "Access"
    needs = (
        Need(LICENCE_WRITE, also=(USER_READ_WRITE, DIRECTORY_READ_WRITE)),
        Need(USER_READ, also=READING),
    )
    reads = ("assignedLicenses", "licenseAssignmentStates")
    conflict_class = "licences"
    # What is held is assigned once more without a change; what is not held is refused, as there is nothing to do.
    repeatable = True

    def adding(self) -> Sequence[Product]:
        """The products to assign."""
        return ()

    def removing(self) -> Sequence[Product]:
        """The products to take away."""
        return ()

    def is_so(self, state: State) -> bool:
        return direct_of(state) is not None and not self._lacking(state) and not self._left_over(state)

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        add, remove = self._lacking(state), self._left_over(state)
        if not add and not remove:
            # A read that lags says that it is so already.
            add = {product["sku"]: self._plans(product, state) for product in self.adding()}
            remove = [product["sku"] for product in self.removing()]
        body = {
            "addLicenses": [{"skuId": sku, "disabledPlans": plans} for sku, plans in add.items()],
            "removeLicenses": remove,
        }
        return Write("POST", f"/users/{target.object_id}/assignLicense", body)

    def heard(self, exc: GraphError) -> Literal["", "already", "later"]:
        words = exc.detail.lower()
        if _NO_LOCATION in words:
            return "later"
        if _NOT_HELD in words:
            # Beside something to assign it has kept that from being done: read again, and send what is left to do.
            return "later" if self.adding() else "already"
        return ""

    def then(self, state: State) -> State:
        return changed(state, self._lacking(state), self._left_over(state))

    def snapshot(self, state: State) -> dict[str, Any]:
        return {"licences": direct_ones(state, self._names_of_all())}

    def inverse(self, before: State) -> Action | None:
        held = before.get("licences")
        if held is None:
            return None
        names = self._names_of_all()
        back = [{**licence, "name": names[licence["sku"]]} for licence in held]
        away = [
            {"sku": sku, "name": names[sku]}
            for sku in (product["sku"] for product in self.adding())
            if sku not in {licence["sku"] for licence in held}
        ]
        return AssignLicences(add=back, remove=away) if back else RemoveLicences(remove=away) if away else None

    def labels(self) -> dict[str, str]:
        return {"licences": "Licences assigned directly"}

    def said(self, name: str, value: object) -> object:
        names = self._names_of_all()
        return [_in_words(names, licence) for licence in value] if isinstance(value, list) else value

    def _names_of_all(self) -> dict[str, str]:
        return {product["sku"]: product["name"] for product in (*self.adding(), *self.removing())}

    def _plans(self, product: Product, state: State) -> list[str]:
        """The plans to be off: those asked for, else those that are."""
        plans: list[str] | None = product.get("disabledPlans")
        return (direct_of(state) or {}).get(product["sku"], []) if plans is None else sorted(plans)

    def _lacking(self, state: State) -> dict[str, list[str]]:
        """What has to be assigned yet: the plans to be off, by SKU."""
        direct = direct_of(state) or {}
        wanted = {product["sku"]: self._plans(product, state) for product in self.adding()}
        return {sku: plans for sku, plans in wanted.items() if direct.get(sku) != plans}

    def _left_over(self, state: State) -> list[str]:
        """What has to be taken away yet."""
        direct = direct_of(state) or {}
        return [product["sku"] for product in self.removing() if product["sku"] in direct]


@dataclass(frozen=True)
class AssignLicences(_LicenceAction):
    """Assigns products, and takes others away in the same call: all of it happens, or nothing."""

    add: list[Product] = field(default_factory=list)
    remove: list[Product] = field(default_factory=list)

    key = "assign_licences"
    label = "Assign licences"
    verb = "Assign licences"
    sentence = "{name} gets the products chosen. Mailbox, files and programs follow after minutes, at times hours."
    undo = "What was assigned directly before comes back, with the plans that were off, as long as seats are left."
    form = AssignLicencesForm
    shortcut = "l"
    icon = "ticket"

    def adding(self) -> Sequence[Product]:
        return self.add

    def removing(self) -> Sequence[Product]:
        return self.remove

    def obstacle(self, state: State) -> str:
        """By the usage location, and by the products of the tenant where the state holds them as `products`."""
        lacking = self._lacking(state)
        if lacking and not state.get("usageLocation"):
            return NO_LOCATION
        direct = direct_of(state) or {}
        products: Sequence[LicenceFacts] = state.get("products") or ()
        reasons = (
            product_refusal(each, state) for each in products if each.sku_id in lacking and each.sku_id not in direct
        )
        return next(filter(None, reasons), "")

    @property
    def comprises(self) -> tuple[type[Action], ...]:
        return (AssignLicences, RemoveLicences) if self.remove else (AssignLicences,)

    @property
    def title(self) -> str:
        return f"{self.label}: {_names(self.add)}" + (f" in place of {_names(self.remove)}" if self.remove else "")

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        form = cast("AssignLicencesForm", form)
        assign = cls(add=form.products("add", disabledPlans=None), remove=form.products("remove"))
        if location := form.cleaned_data.get("usage_location"):
            return [Order(EditProfile({"usageLocation": location})), Order(assign, follows=True)]
        return [Order(assign)]

    def done(self, target: Target) -> str:
        gone = f" and no longer has {_names(self.remove)}" if self.remove else ""
        return f"{target.name} has {_names(self.add)}{gone}. The services follow after a while."


@dataclass(frozen=True)
class RemoveLicences(_LicenceAction):
    """Takes away products that are assigned directly. What comes from groups stays."""

    remove: list[Product] = field(default_factory=list)

    key = "remove_licences"
    label = "Remove licences"
    verb = "Remove licences"
    sentence = (
        "{name} loses the products chosen and the services in them. Microsoft keeps a mailbox without a licence for 30"
        " days."
    )
    undo = "With the same plans off as before, as long as seats are left."
    danger = True
    form = RemoveLicencesForm
    icon = "minus-circle"

    @classmethod
    def needless(cls, target: Target) -> str:
        if direct_of(target.state) != {}:
            return ""
        if inherited_of(target.state):
            return "All licences of this person come from groups: take the person out of those."
        return "No licence is assigned."

    def removing(self) -> Sequence[Product]:
        return self.remove

    @property
    def title(self) -> str:
        return f"{self.label}: {_names(self.remove)}"

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        return [Order(cls(remove=cast("RemoveLicencesForm", form).products("remove")))]

    def done(self, target: Target) -> str:
        return f"{target.name} no longer has {_names(self.remove)} directly."


def _in_words(names: Mapping[str, str], licence: Mapping[str, Any]) -> str:
    off = len(licence["disabledPlans"])
    name = names.get(licence["sku"], licence["sku"])
    return f"{name} ({off} {'plan' if off == 1 else 'plans'} off)" if off else name


def _names(products: Sequence[Product]) -> str:
    return ", ".join(product["name"] for product in products)
