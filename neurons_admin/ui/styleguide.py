"""Made-up data for the style guide: what is neither a form nor a run."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from neurons_admin.ui.parts import Entry, Group, Tab

REQUEST_ID: Final = "b3a1f0c2-6d0e-4c58-9a77-2f0f6f6d1c11"
TONES: Final = (
    ("Draft", "neutral"),
    ("Queued", "waiting"),
    ("New", "info"),
    ("Running", "running"),
    ("Done", "good"),
    ("Expires in 9 days", "warning"),
    ("Failed", "bad"),
    ("Unknown", "unknown"),
)
SWATCHES: Final = (
    ("Canvas", "canvas"),
    ("Surface", "surface"),
    ("Sunken", "sunken"),
    ("Hover", "hover"),
    ("Selected", "selected"),
    ("Accent", "accent"),
)
SECTIONS: Final = (
    ("words", "Words and colour"),
    ("buttons", "Buttons"),
    ("small", "Badges and small things"),
    ("lists", "Lists"),
    ("forms", "Forms"),
    ("cards", "Cards, tabs, facts"),
    ("callouts", "Callouts and messages"),
    ("menus", "Menus"),
    ("dialogs", "Dialogs"),
    ("runs", "Runs"),
    ("waiting", "Waiting"),
    ("charts", "Charts"),
)
TABS: Final = (
    Tab("Overview", "#cards", is_current=True),
    Tab("Groups", "#cards", count=12),
    Tab("Licences", "#cards", count=2),
    Tab("Devices", "#cards", count=0),
    Tab("History", "#cards", count=1309),
)


@dataclass(frozen=True)
class SamplePerson:
    """A row of the sample list."""

    pk: int
    name: str
    sign_in_name: str
    department: str
    source: str
    state: str
    tone: str
    seen: datetime | None


def actions_menu() -> list[Group]:
    """Return the entries of a person's Actions menu, some of which cannot work."""
    lacking = "Needs User.DeleteRestore.All, which the action credential “Contoso act” lacks."
    on_premises = "This account is synchronised from an on-premises directory, where its password is kept."
    return [
        Group(
            "Sign-in",
            (
                Entry("Reset password…", "dialog/reset/", "key", key="r"),
                Entry("Require new password…", icon="arrow-path", reason=on_premises),
                Entry("Disable account…", "dialog/disable/", "no-symbol", key="d"),
                Entry("Revoke sign-in sessions…", "dialog/problem/", "arrow-right-start-on-rectangle"),
            ),
        ),
        Group(
            "Access",
            (
                Entry("Add to groups…", "dialog/reset/", "user-group"),
                Entry("Assign licences…", "dialog/reset/", "ticket"),
            ),
        ),
        Group(
            "Lifecycle",
            (
                Entry("Offboard…", "dialog/delete/", "archive-box", is_dangerous=True),
                Entry("Delete account…", icon="trash", reason=lacking, cure="Grant it", cure_url="#menus"),
            ),
        ),
    ]


def people() -> list[SamplePerson]:
    """Return the rows of a list."""
    now = timezone.now()
    return [
        SamplePerson(1, "Adele Vance", "AdeleV@contoso.example", "Retail", "Contoso EU", "Enabled", "good", now),
        SamplePerson(
            2, "Alex Wilber", "AlexW@contoso.example", "Marketing", "Contoso EU", "Disabled", "neutral",
            now - timedelta(hours=3),
        ),
        SamplePerson(
            3, "Grady Archie", "GradyA@contoso.example", "R&D", "Contoso US", "Deleted", "bad",
            now - timedelta(days=12),
        ),
        SamplePerson(
            4, "Bartholomew Featherstonehaugh-Cholmondeley", "Bartholomew.Featherstonehaugh@contoso.example",
            "Mergers, acquisitions and integration", "Contoso EU", "Not seen", "unknown", None,
        ),
    ]  # fmt: skip


def row_menu() -> list[Entry]:
    """Return the menu at the end of a row."""
    return [
        Entry("Open", "#lists", "arrow-top-right-on-square", in_dialog=False),
        Entry("Disable account…", "dialog/disable/", "no-symbol"),
        Entry("Delete account…", "dialog/delete/", "trash", is_dangerous=True),
    ]
