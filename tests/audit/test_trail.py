"""Writing events down: what an event keeps, and that the database lets nobody change one."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction
from django.db.models import F

from neurons_admin.access.models import User
from neurons_admin.audit.models import Event, record
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return record("member.added", make_user(username="ada"), actor=None)


def test_an_event_keeps_the_names_it_needs():
    ada = make_user(username="ada", first_name="Ada", last_name="Lovelace")
    event = record("member.changed", ada, actor=ada, detail={"roles": ["Viewer"]})
    ada.username, ada.first_name = "grace", "Grace"
    ada.save()
    event.refresh_from_db()
    assert (event.actor_id, event.actor_name) == (ada.pk, "Ada Lovelace")
    assert (event.subject_type, event.subject_id, event.subject_name) == ("access.user", str(ada.pk), "ada")
    assert event.detail == {"roles": ["Viewer"]}
    assert event.at is not None


@pytest.mark.parametrize(
    ("actor", "name"), [(None, "the system"), (AnonymousUser(), "somebody not signed in")], ids=["system", "anonymous"]
)
def test_who_did_it_where_it_was_nobody_with_a_name(actor, name):
    event = record("member.changed", make_user(), actor=actor)
    assert (event.actor_id, event.actor_name) == (None, name)


def test_names_that_are_too_long_are_cut():
    long = User(pk=1, username="u" * 150, first_name="f" * 150, last_name="l" * 150)
    event = record("member.changed", long, actor=long)
    assert event.actor_name == "f" * 150


def test_an_event_is_not_changed(event):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(actor_name="somebody else")
    event.verb = "member.changed"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.save()
    assert Event.objects.get().actor_name == "the system"


def test_an_event_is_not_deleted(event):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.delete()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.all().delete()
    assert Event.objects.exists()


def test_all_events_are_not_changed_in_one_statement(event):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.update(at=F("at"))


def test_what_is_taken_back_was_not_recorded():
    with transaction.atomic():
        record("member.added", make_user(username="ada"), actor=None)
        transaction.set_rollback(True)
    assert not Event.objects.exists()
