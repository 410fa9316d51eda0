"""Forms of the Credentials page. A typed secret is tried before it is kept, and never sent back to a page."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from neurons_admin.encryption import Secret
from neurons_admin.ui.widgets import SecretInput

from .fields import ClientField, ExpiryField, NameField, SecretField, TenantField
from .finding import Finding
from .models import Cloud, Credential

AGAIN = "Enter the secret again: it is never sent back to a page."
SAME_ID_TWICE = "This is the directory (tenant) ID once more."
NAME_TAKEN = "There is a credential of this name already."


class TriedForm(forms.Form):
    """A form with a field `client_secret` whose value is tried before it is kept.

    `save_anyway` stays hidden until a trial has failed.
    """

    save_anyway = forms.BooleanField(
        label="Save it all the same",
        required=False,
        widget=forms.HiddenInput,
        help_text="Although Microsoft did not accept it, or could not be asked.",
    )

    def accepts(self, finding: Finding) -> bool:
        """Whether to go on to saving: after a failed trial only if that was ticked; otherwise the form says why not."""
        if finding.signed_in or self.cleaned_data["save_anyway"]:
            return True
        self.refuse(finding)
        return False

    def refuse(self, finding: Finding) -> None:
        """Show why the trial failed, and offer to keep what was typed all the same."""
        self.add_error(None, ValidationError(f"{finding.message} Nothing was saved.", code=finding.code))
        self.fields["save_anyway"].widget = forms.CheckboxInput()

    def ask_secret_again(self) -> None:
        """Before a form is shown once more: the typed secret is gone from it."""
        if self.is_bound and self.data.get("client_secret") and "client_secret" not in self.errors:
            self.add_error("client_secret", ValidationError(AGAIN, code="again"))

    def clean_secret_expires_on(self) -> Any:
        day = self.cleaned_data["secret_expires_on"]
        known = self.get_initial_for_field(self.fields["secret_expires_on"], "secret_expires_on")
        if day and day < timezone.localdate() and day != known:
            raise ValidationError("This day is past. Make a new secret in Entra.", code="past")
        return day


class CredentialForm(forms.Form):
    """What describes a shared credential, besides its secret."""

    name = NameField(max_length=100, help_text="What connectors will offer it as, such as “Contoso act”.")
    description = NameField(max_length=300, required=False)
    cloud = forms.ChoiceField(
        choices=Cloud.choices, initial=Cloud.GLOBAL, help_text="Global, unless the tenant is in a national cloud."
    )
    tenant_id = TenantField()
    client_id = ClientField()

    # The credential that is being edited; none while one is added.
    credential: Credential | None = None

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Credential.objects.exclude(pk=self.credential.pk) if self.credential else Credential.objects
        if others.filter(name__iexact=name).exists():
            raise ValidationError(NAME_TAKEN, code="name_taken")
        return name

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("client_id") and values.get("client_id") == values.get("tenant_id"):
            self.add_error("client_id", SAME_ID_TWICE)
        return values

    def refuse_name(self) -> None:
        """Somebody else was faster with this name."""
        self.add_error("name", ValidationError(NAME_TAKEN, code="name_taken"))


class AddForm(CredentialForm, TriedForm):
    """A new shared credential."""

    client_secret = SecretField()
    secret_expires_on = ExpiryField()
    field_order = ("name", "description", "cloud", "tenant_id", "client_id", "client_secret", "secret_expires_on")

    def draft(self) -> Credential:
        """The credential as the form describes it, not saved."""
        values = self.cleaned_data
        credential = Credential(**{name: values[name] for name in CredentialForm.base_fields})
        credential.set_secret(values["client_secret"].reveal(), expires_on=values["secret_expires_on"])
        return credential


class EditForm(CredentialForm):
    """A shared credential's description. Tenant and cloud are settled once it works and somebody uses it."""

    secret_expires_on = ExpiryField()

    def __init__(self, data: QueryDict | None, *, credential: Credential, tenant_is_settled: bool) -> None:
        self.credential = credential
        super().__init__(data, initial={name: getattr(credential, name) for name in self.base_fields})
        if tenant_is_settled:
            for name in ("cloud", "tenant_id"):
                self.fields[name].disabled = True
                self.fields[
                    name
                ].help_text = "Settled: it works and is in use. For another tenant add another credential."


class ReplaceSecretForm(TriedForm):
    """A new secret for a credential that stays the same otherwise."""

    client_secret = SecretField(label="New client secret", widget=SecretInput(attrs={"autofocus": True}))
    secret_expires_on = ExpiryField()
    field_order = ("client_secret", "secret_expires_on")

    def draft(self, credential: Credential) -> Credential:
        """`credential` as it will be, not saved."""
        secret: Secret = self.cleaned_data["client_secret"]
        credential.set_secret(secret.reveal(), expires_on=self.cleaned_data["secret_expires_on"])
        return credential
