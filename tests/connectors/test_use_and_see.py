"""The right to use a shared credential is apart from the right to see it: who may do what, cell by cell."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from connectors.models import Connector
from credentials.models import Credential
from tests.factories import make_checked_credential, make_connector, make_credential, make_user
from tests.signing_in import CANARY, sign_in

__all__ = ["sign_in"]

pytestmark = pytest.mark.django_db

DOINGS = ("name in picker", "attach", "open page", "see details", "replace secret", "delete", "re-assign", "convert")
# Whoever may change connectors and nothing of credentials; and, besides, one right more.
CHANGES = ("connectors.view_connector", "connectors.change_connector")
BY_HAND = {
    "Changes connectors": CHANGES,
    "Changes and uses": (*CHANGES, "credentials.use_credential"),
    "Changes and sees": (*CHANGES, "credentials.view_credential"),
    "Changes and adds": (*CHANGES, "credentials.add_credential"),
    "Uses alone": ("credentials.use_credential",),
}
MATRIX = {
    "Viewer": set(),
    "Service desk": set(),
    "People admin": set(),
    "Connector admin": {"name in picker", "attach"},
    "Credential admin": {"open page", "see details", "replace secret", "delete"},
    "Connector admin, Credential admin": set(DOINGS),
    "Changes connectors": set(),
    "Changes and uses": {"name in picker", "attach"},
    "Changes and sees": {"open page", "see details"},
    "Changes and adds": {"convert"},
    "Uses alone": set(),
    "Superuser": set(DOINGS),
}


def somebody(who):
    if who == "Superuser":
        return make_user(is_superuser=True)
    if who not in BY_HAND:
        return make_user(*who.split(", "))
    user = make_user()
    user.user_permissions.set(Permission.objects.filter(codename__in=[each.partition(".")[2] for each in BY_HAND[who]]))
    return user


def filled_in():
    return make_connector("Contoso", acts=False, sync_credential=make_credential(""))


def at(name, row, area="credentials"):
    return reverse(f"{area}:{name}", args=[row.pk])


def name_in_picker(client):
    make_credential("The shared one")
    return "The shared one" in client.get(at("edit_actions", filled_in(), "connectors")).text


def attach(client):
    connector, shared = filled_in(), make_checked_credential("The shared one", secret=CANARY)
    data = {"actions_enabled": "on", "source": "shared", "shared": str(shared.pk), "cloud": "global"}
    client.post(at("edit_actions", connector, "connectors"), data)
    return Connector.objects.get().action_credential == shared


def open_page(client):
    return client.get(at("detail", make_credential("The shared one"))).status_code == 200


def see_details(client):
    """What is said of it anywhere besides its name and whether it works."""
    shared = make_credential("The shared one", secret=CANARY, app_name="An app by name", description="What it is for")
    other = make_connector("Fabrikam", acts=False, sync_credential=shared)
    edited = at("edit_actions", filled_in(), "connectors")
    texts = [client.get(url).text for url in (edited, at("detail", other, "connectors"), at("detail", shared))]
    return f"starts with {shared.secret_hint}" in "".join(texts) or "What it is for" in "".join(texts)


def replace_secret(client):
    shared = make_credential("The shared one")
    client.post(at("replace_secret", shared), {"client_secret": CANARY, "drawn_from": "0"})
    return Credential.objects.get(pk=shared.pk).client_secret.reveal() == CANARY


def delete(client):
    client.post(at("delete", make_credential("The shared one")))
    return not Credential.objects.exists()


def reassign(client):
    old, new = make_credential("Old"), make_credential("New")
    make_connector("Contoso", acts=False, sync_credential=old)
    client.post(at("give_another", old), {"instead": str(new.pk)})
    return Connector.objects.get().sync_credential == new


def convert(client):
    client.post(at("share_reading", filled_in(), "connectors"), {"name": "Shared", "drawn_from": "0"})
    return Credential.objects.shared().exists()


TRIED = dict(
    zip(
        DOINGS,
        (name_in_picker, attach, open_page, see_details, replace_secret, delete, reassign, convert),
        strict=True,
    )
)


@pytest.mark.parametrize("doing", DOINGS)
@pytest.mark.parametrize("who", MATRIX)
def test_each_may_what_the_matrix_says_and_nothing_else(client, sign_in, who, doing):
    client.force_login(somebody(who))
    assert TRIED[doing](client) == (doing in MATRIX[who])


@pytest.mark.parametrize(("who", "is_told"), [("Connector admin", False), ("Superuser", True)])
def test_the_picker_has_names_alone_for_who_may_not_see(client, who, is_told):
    shared = make_credential("The shared one", app_name="An app by name")
    client.force_login(somebody(who))
    form = client.get(at("edit_actions", filled_in(), "connectors")).context["form"]
    labels = [label for key, label in form.fields["shared"].choices if key]
    assert labels == ["The shared one" + f" (An app by name, tenant {str(shared.tenant_id)[:8]}…)" * is_told]


def test_who_attached_one_can_go_on_changing_the_connector_without_seeing_it(client, sign_in):
    client.force_login(somebody("Connector admin"))
    assert attach(client)
    page = client.get(at("detail", Connector.objects.get(), "connectors")).text
    shared = Credential.objects.shared().get()
    assert "The shared one" in page
    assert shared.get_absolute_url() not in page
    assert f"starts with {shared.secret_hint}" not in page
