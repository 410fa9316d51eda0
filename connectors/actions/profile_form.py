"""The form of a person's profile: every property that an application may write and that is not sensitive.

Names, limits and what can be cleared: https://learn.microsoft.com/graph/api/resources/user#properties.
"""

from typing import Any

from django import forms
from django.core.validators import RegexValidator

from .editing import EXTENSIONS, PARTS, EditingForm

EXTENSION_NAMES = tuple(name for name, whole in PARTS.items() if whole == EXTENSIONS)
NAMES = {
    "displayName": "Display name",
    "givenName": "First name",
    "surname": "Last name",
    "jobTitle": "Job title",
    "department": "Department",
    "companyName": "Company",
    "employeeId": "Employee ID",
    "employeeType": "Employee type",
    "division": "Division",
    "costCenter": "Cost centre",
    "officeLocation": "Office",
    "streetAddress": "Street address",
    "city": "City",
    "state": "State or province",
    "postalCode": "Postal code",
    "country": "Country or region",
    "faxNumber": "Fax",
    "usageLocation": "Usage location",
    "preferredLanguage": "Preferred language",
    "mail": "E-mail",
    "mailNickname": "Mail nickname",
    **{name: f"Extension attribute {number}" for number, name in enumerate(EXTENSION_NAMES, 1)},
}
LIMITS = {
    "displayName": 256, "givenName": 64, "surname": 64, "jobTitle": 128, "department": 64, "companyName": 64,
    "employeeId": 16, "employeeType": 256, "division": 256, "costCenter": 256, "officeLocation": 128,
    "streetAddress": 1024, "city": 128, "state": 128, "postalCode": 40, "country": 128, "faxNumber": 64,
    "usageLocation": 2, "preferredLanguage": 32, "mailNickname": 64, **dict.fromkeys(EXTENSION_NAMES, 1024),
}  # fmt: skip
EXTENSIONS_TITLE = "Extension attributes"
# What a synchronised account can have changed here all the same.
IN_THE_CLOUD = frozenset({"usageLocation"})
SYNCED = (
    "This account is synchronised from on-premises Active Directory, which is the master of its profile. Only the usage"
    " location can be changed here."
)
ONCE_SYNCED = "Only accounts that were never synchronised from Active Directory can have this changed here."
NICKNAME = 'Plain letters, digits and signs, without spaces and none of @ ( ) \\ [ ] " ; : < > ,'


class _Text(forms.CharField):
    """A line of text, of which an empty one is sent as null."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        kwargs = {"max_length": LIMITS[name], "required": False, "empty_value": None, **kwargs}
        super().__init__(label=NAMES[name], **kwargs)
        if isinstance(self.widget, forms.TextInput):
            self.widget.attrs.setdefault("autocomplete", "off")


class _Mail(forms.EmailField):
    """An e-mail address, or None."""

    def clean(self, value: Any) -> Any:
        return super().clean(value) or None


class _Country(_Text):
    """Two letters, large."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.upper() if text else text


def _fields() -> dict[str, forms.Field]:
    special: dict[str, forms.Field] = {
        "streetAddress": _Text("streetAddress", widget=forms.Textarea(attrs={"rows": 2})),
        "usageLocation": _Country(
            "usageLocation",
            validators=[RegexValidator(r"^[A-Z]{2}\Z", "Two letters, such as GB, DE or US.")],
            help_text="The country in which licences are used, as two letters (ISO 3166): GB, DE, US.",
        ),
        "preferredLanguage": _Text(
            "preferredLanguage",
            validators=[RegexValidator(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", "A language, such as en or en-GB.")],
            help_text="Such as en-GB.",
        ),
        "mail": _Mail(
            label=NAMES["mail"],
            required=False,
            max_length=320,
            help_text="The addresses at which the mailbox receives (proxy addresses) change with it.",
        ),
        "mailNickname": _Text(
            "mailNickname",
            validators=[RegexValidator(r"^[!#-'*+./0-9=?A-Z^-~-]+\Z", NICKNAME)],
            help_text="The part before the @ of the mailbox’s own address.",
        ),
    }  # fmt: skip
    return {name: special.get(name) or _Text(name) for name in NAMES}


class ProfileForm(EditingForm):
    """What the person is called, does, and where."""

    properties = tuple(NAMES)
    layout = (
        ("Name", ("displayName", "givenName", "surname"), False),
        (
            "Job",
            ("jobTitle", "department", "companyName", "employeeId", "employeeType", "division", "costCenter"),
            False,
        ),
        (
            "Office and address",
            ("officeLocation", "streetAddress", "city", "state", "postalCode", "country", "faxNumber"),
            False,
        ),
        ("Directory", ("usageLocation", "preferredLanguage", "mail", "mailNickname"), False),
        (EXTENSIONS_TITLE, EXTENSION_NAMES, True),
    )
    closing_words = (
        "The date of hire, “About me”, the birthday, the website, interests, skills, schools, responsibilities and past"
        " projects cannot be changed here: Microsoft lets only a signed-in person do that, never an application."
    )

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        synced = self.target.state.get("onPremisesSyncEnabled")
        for name in self.properties:
            self.fields[name].disabled = bool(why_not(name, synced))
        if not synced:
            self.notes[EXTENSIONS_TITLE] = why_not(EXTENSION_NAMES[0], synced)


# One field for each property, named as Graph names it.
ProfileForm.base_fields.update(_fields())


def why_not(name: str, synced: object) -> str:
    """Why a property cannot be changed, by what the directory says of synchronisation; None there means never."""
    if synced and name not in IN_THE_CLOUD:
        return SYNCED
    return ONCE_SYNCED if synced is not None and name in EXTENSION_NAMES else ""
