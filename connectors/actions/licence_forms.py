"""The forms for assigning and removing licences: products with their seats, what is held, and where that comes from."""

from typing import Any, cast

from django import forms
from django.core.validators import RegexValidator

from .choices import OfferedField, choosable_first
from .directory import LicenceFacts
from .fields import PickOption
from .forms import ActionForm
from .licence_names import full_licence_name, licence_name
from .licensing import direct_of, error_words, errors_of, inherited_of, product_refusal


class LicencesForm(ActionForm):
    """What both forms know: the products of the tenant, and what the person has of them, by which way."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        state = self.target.state
        self.direct = direct_of(state) or {}
        self.inherited = inherited_of(state)
        self._errors_of_direct = errors_of(state)
        groups = self.directory.groups({each.group_id for each in self.inherited})
        self._group_names = {group.object_id: group.name for group in groups}
        self._names = {each.sku_id: each.name for each in self.directory.licences()}

    def products(self, name: str, **more: Any) -> list[dict[str, Any]]:
        """What was chosen, as an action keeps it."""
        chosen = self.cleaned_data.get(name) or ()
        return [{"sku": sku, "name": licence_name(self._names.get(sku, sku)), **more} for sku in chosen]

    def from_groups(self, sku: str) -> str:
        """The names of the groups that hand a product down; empty for none."""
        ids = [each.group_id for each in self.inherited if each.sku_id == sku]
        return ", ".join(f"“{self._group_names.get(group_id, group_id)}”" for group_id in ids)

    def trouble(self, sku: str) -> str:
        """What is wrong with what the person has of a product; empty for nothing."""
        errors = [self._errors_of_direct.get(sku, ""), *(each.error for each in self.inherited if each.sku_id == sku)]
        return " ".join(dict.fromkeys(filter(None, map(error_words, errors))))

    def full_name(self, sku: str) -> str:
        """The product as people call it, with its part number."""
        return full_licence_name(self._names.get(sku, sku))

    def held_direct(self) -> list[PickOption]:
        """What is assigned directly, to be taken away."""
        return sorted((self._held(sku) for sku in self.direct), key=choosable_first)

    def _held(self, sku: str) -> PickOption:
        groups, off = self.from_groups(sku), len(self.direct[sku])
        words = [f"Comes from the group {groups} as well: only what is assigned directly goes."] if groups else []
        words += [f"{off} of its plans {'is' if off == 1 else 'are'} switched off."] if off else []
        return PickOption(sku, self.full_name(sku), " ".join(filter(None, [*words, self.trouble(sku)])), "")

    def offer(self, name: str, options: list[PickOption]) -> None:
        """Have a field show these."""
        cast("OfferedField", self.fields[name]).offer(options)


class AssignLicencesForm(LicencesForm):
    """All products of the tenant with the seats left; what is held directly may be taken away in the same step."""

    add = OfferedField(label="Products", error_messages={"required": "Choose a product."})
    usage_location = forms.CharField(
        label="Usage location",
        min_length=2,
        max_length=2,
        error_messages={"required": "Say in which country the services are used."},
        validators=[RegexValidator("^[A-Za-z]{2}$", "Two letters, such as DE or US.")],
        help_text="This person has none, and Microsoft assigns nothing without. The country in which the services are"
        " used, in two letters, such as DE or US. It is set by a run of its own, first.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "size": 4}),
    )
    remove = OfferedField(
        label="Take away in the same step",
        required=False,
        help_text="A swap: all of it happens, or nothing.",
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer("add", sorted(map(self._product, self.directory.licences()), key=choosable_first))
        if self.target.state.get("usageLocation"):
            del self.fields["usage_location"]
        if self.direct:
            self.offer("remove", self.held_direct())
        else:
            del self.fields["remove"]

    def clean_usage_location(self) -> str:
        return str(self.cleaned_data["usage_location"]).upper()

    def _product(self, licence: LicenceFacts) -> PickOption:
        sku = licence.sku_id
        groups = self.from_groups(sku)
        words = [_seats(licence.left), f"Comes from the group {groups} already." if groups else "", self.trouble(sku)]
        return PickOption(sku, full_licence_name(licence.name), " ".join(filter(None, words)), self._why_not(licence))

    def _why_not(self, licence: LicenceFacts) -> str:
        if licence.sku_id in self.direct:
            return "Is assigned already."
        return product_refusal(licence, self.target.state)


class RemoveLicencesForm(LicencesForm):
    """What the person has: what is assigned directly can be taken away, what comes from groups shows from which."""

    remove = OfferedField(label="Licences", error_messages={"required": "Choose a licence."})

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        only_inherited = {each.sku_id for each in self.inherited} - set(self.direct)
        self.offer("remove", [*self.held_direct(), *sorted(map(self._inherited, only_inherited), key=choosable_first)])

    def _inherited(self, sku: str) -> PickOption:
        reason = f"Comes from the group {self.from_groups(sku)}: take the person out of it."
        return PickOption(sku, self.full_name(sku), self.trouble(sku), reason)


def _seats(left: int) -> str:
    if left < 0:
        return f"{-left} seats too many in use."
    return "1 seat left." if left == 1 else f"{left} seats left."
