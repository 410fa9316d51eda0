"""Forms of a connector, one for each section that is saved on its own."""

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict

from connectors import actions
from connectors.models import Connector
from connectors.pair import Objection, Pair
from credentials.fields import ClientField, ExpiryField, NameField, SecretField, TenantField
from credentials.forms import SAME_ID_TWICE, TriedForm
from credentials.models import Cloud, Credential
from credentials.services import IDENTITY
from neurons_admin.access.models import User
from neurons_admin.audit.meanwhile import MeanwhileForm
from neurons_admin.ui.fields import Ticks

FILLED_IN: Final = "filled_in"
SHARED: Final = "shared"
PARTS: Final = {
    FILLED_IN: ("cloud", "tenant_id", "client_id", "client_secret", "secret_expires_on"),
    SHARED: ("shared",),
}
NAME_TAKEN: Final = "There is a connector of this name already."


class SharedChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the shared credentials, by name; for somebody who may see them also with what they are."""

    with_details = False

    def label_from_instance(self, obj: Credential) -> str:
        if not self.with_details:
            return obj.name
        application = obj.app_name or f"client {str(obj.client_id)[:8]}…"
        known = "" if application == obj.name else f"{application}, "
        return f"{obj.name} ({known}tenant {str(obj.tenant_id)[:8]}…)"


class CredentialChoiceForm(MeanwhileForm, TriedForm):
    """Chooses the credential of one role of a connector: filled in here, or a shared one.

    Both parts are in the form, so that what was typed in one outlives a look at the other; the one that is not chosen
    is neither validated nor used. After validation `given` is the credential as it will be, saved or not (None: none).
    """

    source = forms.ChoiceField(
        label="Credential",
        choices=[(FILLED_IN, "Fill in here"), (SHARED, "Use a shared Azure AD (Cloud) credential")],
        widget=forms.RadioSelect,
        initial=FILLED_IN,
    )
    shared = SharedChoice(
        Credential.objects.none(),
        label="Shared credential",
        empty_label="Choose one…",
        error_messages={"required": "Choose a credential."},
    )
    cloud = forms.ChoiceField(
        choices=Cloud.choices, initial=Cloud.GLOBAL, help_text="Global, unless the tenant is in a national cloud."
    )
    tenant_id = TenantField()
    client_id = ClientField()
    client_secret = SecretField()
    secret_expires_on = ExpiryField()
    same_app_accepted = forms.BooleanField(
        label="One app registration for reading and acting is wanted here", required=False, widget=forms.HiddenInput
    )

    FIELD_WORDS = {
        "sync_credential": "Credential",
        "action_credential": "Credential",
        "actions_withheld": "Actions to offer",
        "actions_allowed": "Actions to offer",
    }
    role: str
    other_role: str
    # The browser is not to insist on fields of the part that is hidden.
    use_required_attribute = False

    def __init__(self, data: QueryDict | None, *, connector: Connector | None, user: User) -> None:
        self.connector = connector
        self.current: Credential | None = getattr(connector, self.role, None)
        self.other: Credential | None = getattr(connector, self.other_role, None)
        self.given: Credential | None = None
        self.needs_trial = False
        super().__init__(data, initial=self._initial())
        self._set_shared_choices(user)
        if self.stored:
            self.fields["client_secret"].required = False
            self.fields["client_secret"].widget.stored = self.stored.stored_words
        if connector and connector.same_app_accepted:
            self._show_same_app_tick()

    @property
    def stored(self) -> Credential | None:
        """The credential that was filled in here before, if there is one."""
        return self.current if self.current and not self.current.is_shared else None

    def _initial(self) -> dict[str, Any]:
        stored = self.stored
        values: dict[str, Any] = {"source": SHARED if self.current and not stored else FILLED_IN}
        if stored:
            values |= {name: getattr(stored, name) for name in (*IDENTITY, "secret_expires_on")}
        elif self.other:
            values |= {"cloud": self.other.cloud, "tenant_id": self.other.tenant_id}
        if self.current and not stored:
            values["shared"] = self.current
        if self.connector:
            values["same_app_accepted"] = self.connector.same_app_accepted
        return values

    def _set_shared_choices(self, user: User) -> None:
        """Those the user may attach, and in any case the one that is attached."""
        mine = Q(pk=self.current.pk) if self.current else Q(pk=None)
        allowed = Q() if user.has_perm("credentials.use_credential") else mine
        choices: QuerySet[Credential] = Credential.objects.shared().filter(allowed)
        field: Any = self.fields["shared"]
        field.with_details = user.has_perm("credentials.view_credential")
        field.queryset = choices

    def _show_same_app_tick(self) -> None:
        self.fields["same_app_accepted"].widget = forms.CheckboxInput()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        is_shared = values.get("source") == SHARED
        self._forget_errors(PARTS[FILLED_IN if is_shared else SHARED])
        if self._is_left_out(values):
            self._forget_errors((*PARTS[FILLED_IN], *PARTS[SHARED]))
        elif not self.errors:
            self.given = values["shared"] if is_shared else self._clean_filled_in(values)
            if self.given:
                self._clean_pair(self.given, values)
        return values

    def _is_left_out(self, values: dict[str, Any]) -> bool:
        """Whether there is to be no credential at all."""
        return False

    def _forget_errors(self, names: Iterable[str]) -> None:
        for name in names:
            self.errors.pop(name, None)

    def _clean_filled_in(self, values: dict[str, Any]) -> Credential | None:
        if values["tenant_id"] == values["client_id"]:
            self.add_error("client_id", SAME_ID_TWICE)
            return None
        return self._draft(values)

    def _draft(self, values: dict[str, Any]) -> Credential:
        """The filled-in credential as the form has it; an earlier one keeps its row and, unless typed, its secret."""
        earlier = Credential.objects.filter(pk=self.stored.pk).first() if self.stored else None
        draft = earlier or Credential()
        changed = [name for name in IDENTITY if getattr(draft, name) != values[name]]
        for name in changed:
            setattr(draft, name, values[name])
        if secret := values.get("client_secret"):
            draft.set_secret(secret.reveal())
        draft.set_expiry(values.get("secret_expires_on"))
        self.needs_trial = bool(changed or secret or earlier is None)
        if self.needs_trial:
            draft.forget_check()
        return draft

    def _clean_pair(self, given: Credential, values: dict[str, Any]) -> None:
        reading, acting = (given, self.other) if self.role == "sync_credential" else (self.other, given)
        objection = Pair(reading, acting, same_app_accepted=values.get("same_app_accepted", False)).objection
        if objection:
            self.refuse_pair(objection)

    def refuse_pair(self, objection: Objection) -> None:
        """Say why the two credentials may not stand beside each other; where that can be accepted, offer the tick."""
        self.add_error(None, ValidationError(objection.value, code=objection.name.lower()))
        if objection is Objection.SAME_APP:
            self._show_same_app_tick()

    def refuse_shared(self) -> None:
        """Somebody has deleted the chosen credential meanwhile."""
        self.add_error("shared", ValidationError("It has been deleted meanwhile. Choose another.", code="gone"))

    def ask_secret_again(self) -> None:
        if self.data.get("source") != SHARED:
            super().ask_secret_again()


class ConnectionForm(CredentialChoiceForm):
    """What a connector is called, whether it runs, and what it synchronises with."""

    name = NameField(max_length=100, help_text="Such as the name of the organisation.")
    active = forms.BooleanField(
        required=False, initial=True, help_text="Switched off it neither reads nor acts; its people stay."
    )
    role = "sync_credential"
    other_role = "action_credential"
    field_order = ("name", "active")

    def _initial(self) -> dict[str, Any]:
        values = super()._initial()
        return values | {"name": self.connector.name, "active": self.connector.active} if self.connector else values

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Connector.objects.exclude(pk=self.connector.pk) if self.connector else Connector.objects
        if others.filter(name__iexact=name).exists():
            raise ValidationError(NAME_TAKEN, code="name_taken")
        return name

    def refuse_name(self) -> None:
        """Somebody else was faster with this name."""
        self.add_error("name", ValidationError(NAME_TAKEN, code="name_taken"))


def offered_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """All actions under the headings of the menu; beside those that are off by default, what is to be known of them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in actions.ALL:
        words = action.label
        if action.optional:
            words += f" (optional: needs {action.needs[0].least})"
        elif action.off_by_default:
            words += " (off unless ticked)"
        groups.setdefault(action.group, []).append((action.key, words))
    return list(groups.items())


class ActionsForm(CredentialChoiceForm):
    """Action details: whether to act, with which credential, and which actions to offer."""

    actions_enabled = forms.BooleanField(
        label="Carry out actions in this tenant",
        required=False,
        help_text="Switched off, the Actions menu says so, and nothing can be changed through this connector.",
    )
    offered = Ticks(
        label="Actions to offer",
        choices=offered_choices,
        help_text="What is off unless ticked cannot be undone, or needs permissions beyond the usual ones.",
    )
    role = "action_credential"
    other_role = "sync_credential"
    field_order = ("actions_enabled",)

    def __init__(self, data: QueryDict | None, *, connector: Connector, user: User) -> None:
        super().__init__(data, connector=connector, user=user)
        self.fields["source"].label = "Action Credentials"

    def _initial(self) -> dict[str, Any]:
        offered = [action.key for action in actions.ALL if self.connector and self.connector.offers(action.key)]
        values = super()._initial() | {"offered": offered}
        return values | {"actions_enabled": self.connector.actions_enabled} if self.connector else values

    def _is_left_out(self, values: dict[str, Any]) -> bool:
        """Switched off, and nothing chosen or filled in that says which application it would be."""
        named = ("shared",) if values.get("source") == SHARED else ("client_id", "client_secret")
        return not values.get("actions_enabled") and not any(self.data.get(name, "").strip() for name in named)
