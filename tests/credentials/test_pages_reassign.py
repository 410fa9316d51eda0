"""A credential that is in use gives its place to another, and can be deleted then."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connector
from credentials.models import Credential
from neurons_admin.audit.models import Event
from tests.factories import make_connector, make_credential, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    """A client signed in as somebody who keeps credentials and connectors."""
    client.user = make_user("Credential admin", "Connector admin")
    client.force_login(client.user)
    return client


def offered(client, credential):
    form = client.get(reverse("credentials:delete", args=[credential.pk])).context["form"]
    return [each.name for each in form.offered.values()] if form else []


def give(client, old, new):
    url = reverse("credentials:give_another", args=[old.pk])
    return client.post(url, {"instead": str(new.pk)}, follow=True)


def test_all_connectors_get_the_other_one_and_the_first_can_go(admin):
    old, new = make_credential("Old"), make_credential("New")
    rows = [make_connector("Reads", acts=False, sync_credential=old), make_connector("Acts", action_credential=old)]
    response = give(admin, old, new)
    assert "New took over in 2 connectors." in response.content.decode()
    assert Connector.objects.get(pk=rows[0].pk).sync_credential == new
    assert Connector.objects.get(pk=rows[1].pk).action_credential == new
    changed = Event.objects.filter(verb="connector.changed", actor_id=admin.user.pk)
    assert {event.subject_name for event in changed} == {"Reads", "Acts"}
    assert Event.objects.filter(verb="credential.detached", subject_name="Old").count() == 2
    assert Event.objects.filter(verb="credential.attached", subject_name="New").count() == 2
    admin.post(reverse("credentials:delete", args=[old.pk]))
    assert not Credential.objects.filter(pk=old.pk).exists()


def test_what_may_not_take_the_part_is_not_offered(admin):
    old, reading = make_credential("Old"), make_credential("Reading")
    make_connector("Contoso", sync_credential=reading, action_credential=old)
    make_credential("Same app as reading", client_id=reading.client_id)
    make_credential("Other tenant", tenant_id=uuid.uuid4())
    make_credential("Other cloud", cloud="china")
    make_credential("")
    make_credential("Fits")
    assert offered(admin, old) == ["Fits"]


def test_what_is_known_to_fail_is_not_offered_and_what_was_not_tried_says_so(admin):
    old, fine = make_credential("Old"), make_credential("Fine", checked_at=timezone.now())
    make_connector("Contoso", action_credential=old)
    make_credential("Refused", checked_at=timezone.now(), check_code="wrong_secret")
    expired = make_credential("Expired")
    expired.set_expiry(timezone.localdate() - timedelta(days=1))
    expired.save()
    untried = make_credential("Untried")
    form = admin.get(reverse("credentials:delete", args=[old.pk])).context["form"]
    assert dict(form.fields["instead"].choices) == {
        str(fine.pk): "Fine",
        str(untried.pk): "Untried (not checked yet)",
    }


NEEDED = ["credentials.delete_credential", "credentials.use_credential", "connectors.change_connector"]


@pytest.mark.parametrize("without", [None, *NEEDED])
def test_it_takes_the_rights_on_both_sides(client, without):
    user = make_user()
    names = [each.partition(".")[2] for each in NEEDED if each != without]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    old, new = make_credential("Old"), make_credential("New")
    make_connector("Contoso", action_credential=old)
    url = reverse("credentials:give_another", args=[old.pk])
    assert client.post(url, {"instead": str(new.pk)}).status_code == (302 if without is None else 403)
    assert new.acting_connectors.count() == (without is None)


def test_a_refused_one_changes_nothing_at_all(admin):
    old, reading = make_credential("Old"), make_credential("Reading")
    make_connector("A", acts=False, sync_credential=old)
    make_connector("Z", sync_credential=reading, action_credential=old)
    response = give(admin, old, reading)
    assert "Nothing was changed" in response.content.decode()
    assert old.synchronised_connectors.count() == old.acting_connectors.count() == 1
    assert not Event.objects.filter(verb="connector.changed").exists()


def test_that_one_app_does_both_is_forgotten_where_it_ends(admin):
    reading = make_credential("Reading")
    old, new = make_credential("Old", client_id=reading.client_id), make_credential("New")
    row = make_connector("Contoso", sync_credential=reading, action_credential=old, same_app_accepted=True)
    give(admin, old, new)
    row.refresh_from_db()
    assert (row.action_credential, row.same_app_accepted) == (new, False)
