"""One's own page: who one is here, and one's own password."""

import pytest
from django.test import Client

from neurons_admin.access.models import User
from neurons_admin.audit.models import Event
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

NEW = "a brand new long passphrase"


@pytest.fixture
def ada(client):
    user = make_user("Viewer", username="ada")
    client.force_login(user)
    return user


def change(client, old=PASSWORD, new=NEW, again=NEW):
    return client.post("/profile/", {"old_password": old, "new_password1": new, "new_password2": again})


def test_it_says_who_one_is_and_what_one_may_do(client, ada):
    page = client.get("/profile/")
    assert "Viewer" in page.text
    assert "You have no role yet" not in page.text


def test_one_changes_ones_own_password_and_stays_signed_in(client, ada):
    elsewhere = Client()
    elsewhere.force_login(ada)
    assert change(client).headers["Location"] == "/profile/"
    assert User.objects.get(pk=ada.pk).check_password(NEW)
    assert client.get("/profile/").status_code == 200
    assert elsewhere.get("/profile/").status_code == 302
    event = Event.objects.get()
    assert (event.verb, event.actor_id, event.subject_id) == ("member.password_changed", ada.pk, str(ada.pk))
    assert NEW not in str(event.__dict__)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"old": "not the old one"}, "old_password"),
        ({"again": "something else entirely"}, "new_password2"),
        ({"new": "short", "again": "short"}, "new_password2"),
        ({"new": "ada", "again": "ada"}, "new_password2"),
        ({"new": "", "again": ""}, "new_password1"),
    ],
)
def test_a_bad_password_changes_nothing(client, ada, fields, where):
    page = change(client, **fields)
    assert page.status_code == 200
    assert where in page.context["form"].errors
    assert User.objects.get(pk=ada.pk).check_password(PASSWORD)
    assert not Event.objects.exists()
    assert NEW not in page.text
