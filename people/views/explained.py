"""What became of a run, explained: the explanation of its error, found again by what the row keeps, with its links."""

from typing import Final

from django.urls import reverse

from connectors.graph import admin_center
from connectors.graph.explanation import ACTION_DETAILS, PERSON, REPORT, Explanation, Place, learn
from connectors.graph.explanations import explanation_of
from neurons_admin.access.models import User
from neurons_admin.ui.parts import Link
from people.models import ActionCall, ActionRun

_WHO_MAY = learn("Who may act on whom", "graph/api/resources/users")
OURS: Final = {
    "expired": Explanation(
        "expired",
        "It could not be carried out in time and has expired.",
        (
            "Microsoft was out of reach, or had this application wait, for hours.",
            "The action credential did not work, and nobody mended it in time.",
            "Nothing carried runs out: workers and sweeper were not running.",
        ),
        "Read the trail below: it names each attempt. An old order is never carried out later; ask again.",
        (PERSON, ACTION_DETAILS),
    ),
    "attempts": Explanation(
        "attempts",
        "It was given up after too many attempts.",
        (
            "Each worker that took it up was lost: killed, restarted, or felled by a fault of this product.",
            "The server has too little memory, and ends workers.",
        ),
        f"{REPORT} Then ask again.",
        (PERSON,),
    ),
    "refused_here": Explanation(
        "refused_here",
        "It was refused before anything was sent.",
        (
            "What the application has been granted has changed since it was asked for.",
            "The person has changed in the directory meanwhile.",
            "Whoever asked, or the connector, may no longer do this.",
        ),
        "Cure what the refusal names, then ask again.",
        (ACTION_DETAILS, PERSON, _WHO_MAY),
    ),
    "drifted": Explanation(
        "drifted",
        "Somebody has changed it since, so it was left as it is.",
        (
            "Another administrator or a script has changed the same since the run that was to be undone.",
            "A synchronisation from on-premises Active Directory has set it.",
        ),
        "Look at what it is now, and set by hand what it should be.",
        (PERSON,),
        again=False,
    ),
    "no_secret": Explanation(
        "no_secret",
        "The password that was kept for this is no longer there.",
        (
            "This server's keys were changed, and it does not open any more.",
            "The run waited so long that the password was destroyed.",
        ),
        "Ask for it again: a new password is made.",
        (PERSON,),
    ),
    "unknown_action": Explanation(
        "unknown_action",
        "This version of the product does not know this action.",
        ("It was asked for with another version of this product.",),
        "Ask for it again with the entries that the menu has now.",
        (PERSON,),
        again=False,
    ),
}


def explanation_for(run: ActionRun, calls: list[ActionCall]) -> Explanation | None:
    """The explanation of the error that the run keeps; None without one, or for one that nobody knows."""
    if not run.error_code:
        return None
    status = next((call.status for call in reversed(calls) if call.error_code == run.error_code), None)
    return OURS.get(run.error_code) or explanation_of(run.error_code, run.error_detail, status)


def links_for(explanation: Explanation, run: ActionRun, viewer: User) -> list[Link]:
    """Where the cure is done, as far as this viewer may go there."""
    found = [Link(words, _address(to, run, viewer)) for words, to in explanation.links]
    return [link for link in found if link.url]


def person_in_entra(run: ActionRun) -> list[Link]:
    """The account's page in Microsoft's admin center."""
    url = _address(Place.ENTRA_PERSON, run, None)
    return [Link("Look at the person in Entra", url)] if url else []


def _address(to: str | Place, run: ActionRun, viewer: User | None) -> str:
    if not isinstance(to, Place):
        return to
    if to == Place.PERSON:
        return run.person.get_absolute_url()
    if to in (Place.ACTION_DETAILS, Place.CREDENTIAL):
        return _settings_address(to, run, viewer)
    credential = run.account.connector.action_credential or run.account.connector.sync_credential
    if credential is None:
        return ""
    if to == Place.ENTRA_PERSON:
        return admin_center.person_url(credential.cloud, credential.tenant_id, run.account.object_id)
    address_of = {
        Place.ENTRA_SECRETS: admin_center.secrets_url,
        Place.ENTRA_PERMISSIONS: admin_center.permissions_url,
        Place.ENTRA_OVERVIEW: admin_center.overview_url,
    }[to]
    return address_of(credential.cloud, credential.tenant_id, credential.client_id)


def _settings_address(to: Place, run: ActionRun, viewer: User | None) -> str:
    """The credential's own page, or Action details of the connector that it is filled in on."""
    connector = run.account.connector
    credential = connector.action_credential
    if viewer is None:
        return ""
    if to == Place.CREDENTIAL and credential and credential.name and viewer.has_perm("credentials.view_credential"):
        return reverse("credentials:detail", args=[credential.pk])
    if not viewer.has_perm("connectors.view_connector"):
        return ""
    return connector.get_absolute_url() + "#action-details"
