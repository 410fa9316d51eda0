"""Edit phones and other e-mail addresses: https://learn.microsoft.com/graph/api/user-update.

Microsoft counts them among the sensitive properties, as they may let somebody reset their own password. Phones and
addresses need a permission each, and Graph refuses a PATCH as a whole: they are sent apart, so that one that may not
be written does not hold up the other.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from .base import Need, Order
from .editing import EditingForm, PropertyEdit
from .forms import ActionForm
from .permissions import READING, USER_MAIL, USER_PHONE, USER_READ, USER_READ_WRITE
from .target import State, Target

PHONES = ("businessPhones", "mobilePhone")
MAILS = ("otherMails",)
MOST_MAILS = 250
NAMES = {"businessPhones": "Business phone", "mobilePhone": "Mobile phone", "otherMails": "Other e-mail addresses"}


class ContactForm(EditingForm):
    """Two phones, and a list of addresses."""

    properties = (*PHONES, *MAILS)
    layout = (("Phones", PHONES, False), ("E-mail", MAILS, False))

    businessPhones = forms.CharField(  # noqa: N815 - as Graph names it
        label=NAMES["businessPhones"],
        required=False,
        max_length=64,
        help_text="Microsoft keeps exactly one.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mobilePhone = forms.CharField(  # noqa: N815 - as Graph names it
        label=NAMES["mobilePhone"],
        required=False,
        max_length=64,
        empty_value=None,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    otherMails = forms.CharField(  # noqa: N815 - as Graph names it
        label=NAMES["otherMails"],
        required=False,
        help_text=f"One on each line, at most {MOST_MAILS}. They may serve to reset a forgotten password.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def clean_businessPhones(self) -> list[str]:  # noqa: N802 - Django's name for the field's
        phone: str = self.cleaned_data["businessPhones"]
        return [phone] if phone else []

    def clean_otherMails(self) -> list[str]:  # noqa: N802 - Django's name for the field's
        lines = [line.strip() for line in self.cleaned_data["otherMails"].splitlines()]
        mails = list(dict.fromkeys(line for line in lines if line))
        if len(mails) > MOST_MAILS:
            raise ValidationError(f"At most {MOST_MAILS} addresses.")
        wrong = [mail for mail in mails if not _is_mail(mail)]
        if wrong:
            raise ValidationError([f"“{mail[:80]}” is not an e-mail address." for mail in wrong[:5]])
        return mails


def _is_mail(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


@dataclass(frozen=True)
class EditContact(PropertyEdit):
    """Changes phones, or other addresses; one order has either."""

    key = "edit_contact"
    label = "Edit phones and other e-mail"
    verb = "Save"
    group = "Profile"
    sentence = "What you change here is changed for {name} in the directory. Everything else stays as it is."
    needs = (Need(USER_PHONE, also=(USER_MAIL, USER_READ_WRITE)), Need(USER_READ, also=READING))
    rank = "sensitive"
    mastered_on_premises = True
    reads = (*PHONES, *MAILS)
    conflict_class = "contact"
    undo = "What stood there before is put back."
    form = ContactForm
    names = NAMES
    icon = "phone"

    @classmethod
    def refusal(cls, target: Target) -> str:
        if target.synced:
            return "This account is synchronised from on-premises Active Directory. Change phones and addresses there."
        return ""

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        assert isinstance(form, ContactForm)  # noqa: S101 - for the type
        parts = [{name: form.changes[name] for name in group if name in form.changes} for group in (PHONES, MAILS)]
        return [Order(cls(part, _only(form.was, part))) for part in parts if part]

    @property
    def conflicts(self) -> str:
        return f"{self.conflict_class}:{'mails' if self._has(MAILS) else 'phones'}"

    def needs_for(self, state: State) -> tuple[Need, ...]:
        own = [Need(USER_PHONE, also=(USER_READ_WRITE,))] if self._has(PHONES) else []
        if self._has(MAILS):
            own.append(Need(USER_MAIL, also=(USER_READ_WRITE,)))
        return (*own, *self.needs[1:])

    def done(self, target: Target) -> str:
        return f"{target.name}’s contact details have been changed: {self._named(self.changes)}."

    def _has(self, group: tuple[str, ...]) -> bool:
        return any(name in self.changes for name in group)


def _only(values: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in names}
