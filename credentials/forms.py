"""Forms of the Credentials page. A typed secret is tried before it is kept, and never sent back to a page."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from neurons_admin.audit.meanwhile import MeanwhileForm
from neurons_admin.ui.widgets import SecretInput

from .certificate_fields import Means, MeansField, PairField, YearsField
from .certificates import generate
from .fields import ClientField, ExpiryField, NameField, SecretField, TenantField
from .finding import Finding
from .models import Cloud, Credential

AGAIN = "Enter the secret again: it is never sent back to a page."
FILE_AGAIN = "Choose the file again: it is never sent back to a page."
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


class MeansForm(TriedForm):
    """A form that takes a secret or a certificate. What was typed for another choice is left out, right or wrong."""

    means = MeansField()
    client_secret = SecretField()
    secret_expires_on = ExpiryField()
    years = YearsField()
    pair = PairField()

    PARTS = {
        Means.SECRET: ("client_secret", "secret_expires_on"),
        Means.MADE: ("years",),
        Means.UPLOADED: ("pair",),
    }

    def __init__(
        self,
        data: QueryDict | None = None,
        files: "MultiValueDict[str, UploadedFile[Any]] | None" = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, files, **kwargs)
        self.chosen = (data.get("means") if data else "") or Means.SECRET

    @property
    def makes_certificate(self) -> bool:
        """Whether a key pair is to be made: there is nothing to be tried before its public part is in Entra."""
        return self.chosen == Means.MADE

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        for means, names in self.PARTS.items():
            for name in names if means != self.chosen else ():
                self.errors.pop(name, None)
        return values

    def put_into(self, credential: Credential) -> Credential:
        """Have `credential` sign in with what was given. Not saved."""
        values = self.cleaned_data
        if self.chosen == Means.SECRET:
            credential.set_secret(values["client_secret"].reveal(), expires_on=values["secret_expires_on"])
        else:
            made = self.makes_certificate
            credential.set_certificate(generate(credential.name, values["years"]) if made else values["pair"])
        return credential

    def ask_secret_again(self) -> None:
        if self.chosen == Means.SECRET:
            super().ask_secret_again()
        elif self.files.get("pair") and "pair" not in self.errors:
            self.add_error("pair", ValidationError(FILE_AGAIN, code="again"))


class NamedForm(forms.Form):
    """What makes a credential a shared one: its name, and what it is for."""

    name = NameField(max_length=100, help_text="What connectors will offer it as, such as “Contoso act”.")
    description = NameField(max_length=300, required=False)

    # The credential that is being edited; none while one is added.
    credential: Credential | None = None

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Credential.objects.exclude(pk=self.credential.pk) if self.credential else Credential.objects
        if others.filter(name__iexact=name).exists():
            raise ValidationError(NAME_TAKEN, code="name_taken")
        return name

    def refuse_name(self) -> None:
        """Somebody else was faster with this name."""
        self.add_error("name", ValidationError(NAME_TAKEN, code="name_taken"))


class ShareForm(MeanwhileForm, NamedForm):
    """The name under which a credential that was filled in on a connector becomes a shared one."""

    FIELD_WORDS = {"sync_credential": "Credential", "action_credential": "Credential"}

    def _differs(self, stored: MeanwhileForm, name: str) -> bool:
        """A name is given here and none is stored."""
        return False


class CredentialForm(NamedForm):
    """What describes a shared credential, besides its secret."""

    cloud = forms.ChoiceField(
        choices=Cloud.choices, initial=Cloud.GLOBAL, help_text="Global, unless the tenant is in a national cloud."
    )
    tenant_id = TenantField()
    client_id = ClientField()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("client_id") and values.get("client_id") == values.get("tenant_id"):
            self.add_error("client_id", SAME_ID_TWICE)
        return values


class AddForm(CredentialForm, MeansForm):
    """A new shared credential."""

    def draft(self) -> Credential:
        """The credential as the form describes it, not saved."""
        values = self.cleaned_data
        return self.put_into(Credential(**{name: values[name] for name in CredentialForm.base_fields}))


class EditForm(MeanwhileForm, CredentialForm):
    """A shared credential's description. Tenant and cloud are settled once it works and somebody uses it."""

    secret_expires_on = ExpiryField()

    FIELD_WORDS = {"secret": "Client secret", "certificate": "Certificate"}

    def __init__(self, data: QueryDict | None, *, credential: Credential, tenant_is_settled: bool) -> None:
        self.credential = credential
        super().__init__(data, initial={name: getattr(credential, name) for name in self.base_fields})
        if credential.certificate:
            del self.fields["secret_expires_on"]  # the certificate says it
        if tenant_is_settled:
            for name in ("cloud", "tenant_id"):
                self.fields[name].disabled = True
                self.fields[
                    name
                ].help_text = "Settled: it works and is in use. For another tenant add another credential."


class ReplaceSecretForm(MeanwhileForm, MeansForm):
    """A new secret or certificate for a credential that stays the same otherwise."""

    FIELD_WORDS = {
        "secret": "Client secret",
        "certificate": "Certificate",
        "certificate_made": "Certificate that waits",
        "certificate_discarded": "Certificate that waits",
    }

    client_secret = SecretField(label="New client secret", widget=SecretInput(attrs={"autofocus": True}))

    def _differs(self, stored: MeanwhileForm, name: str) -> bool:
        """Nothing of what was entered describes what is stored."""
        return False
