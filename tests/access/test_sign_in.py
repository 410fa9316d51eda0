"""Signing in and out, where it leads, and what the audit trail keeps of it."""

import pytest

from neurons_admin.audit.models import NOT_SIGNED_IN, Event
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

SIGN_IN = "/sign-in/"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    " //evil.example",
    "\t//evil.example",
    "http://testserver@evil.example/",
]


@pytest.fixture
def ada():
    return make_user("Viewer", username="ada", first_name="Ada", last_name="Lovelace")


def sign_in(client, password=PASSWORD, username="ada", **fields):
    return client.post(SIGN_IN, {"username": username, "password": password, **fields})


def test_who_is_not_signed_in_is_led_to_sign_in_and_back(client, ada):
    asked = client.get("/audit/?actor=5")
    assert asked.headers["Location"] == "/sign-in/?next=/audit/%3Factor%3D5"
    page = client.get(asked.headers["Location"])
    assert page.status_code == 200
    assert 'value="/audit/?actor=5"' in page.text
    assert sign_in(client, next="/audit/?actor=5").headers["Location"] == "/audit/?actor=5"


def test_sign_in_alone_leads_home(client, ada):
    assert sign_in(client).headers["Location"] == "/"
    assert "<h1>Home</h1>" in client.get("/").text


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_sign_in_never_leads_to_another_host(client, ada, elsewhere):
    assert "evil" not in client.get(SIGN_IN, {"next": elsewhere}).text
    assert sign_in(client, next=elsewhere).headers["Location"] == "/"


def test_a_line_break_in_the_way_back_stays_in_its_header(client, ada):
    answer = sign_in(client, next="/people/\r\nSet-Cookie: a=b")
    assert answer.headers["Location"] == "/people/%0D%0ASet-Cookie:%20a=b"


def test_who_is_signed_in_does_not_meet_the_form_again(client, ada):
    client.force_login(ada)
    assert client.get(SIGN_IN, {"next": "/people/"}).headers["Location"] == "/people/"
    assert client.get(SIGN_IN, {"next": "//evil.example"}).headers["Location"] == "/"


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(client):
    sent = client.post("/members/5/deactivate/", headers={"referer": "http://testserver/members/?q=ada#x"})
    assert sent.headers["Location"] == "/sign-in/?next=/members/%3Fq%3Dada"


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "http://evil.example/members/",
        "http://testserver@evil.example/",
        "nonsense",
        "http://[",
        "//[",
        "http://[::1",
    ],
)
def test_a_form_from_elsewhere_leads_to_sign_in_alone(client, referer):
    for sent in (client.post, client.options):
        answer = sent("/members/5/deactivate/", headers={"referer": referer})
        assert answer.headers["Location"] == SIGN_IN


def test_a_sign_in_is_recorded(client, ada):
    sign_in(client)
    event = Event.objects.get()
    assert (event.verb, event.actor_id, event.actor_name) == ("sign_in.succeeded", ada.pk, "Ada Lovelace")
    assert event.detail == {"address": "127.0.0.1"}


def test_a_wrong_password_is_recorded_and_not_kept(client, ada):
    answer = sign_in(client, password="wrong-canary")
    assert answer.status_code == 200
    assert "wrong-canary" not in answer.text
    event = Event.objects.get()
    assert (event.verb, event.actor_id, event.actor_name) == ("sign_in.refused", None, NOT_SIGNED_IN)
    assert (event.subject_type, event.subject_id, event.subject_name) == ("access.user", str(ada.pk), "ada")
    assert "wrong-canary" not in str(event.__dict__)


def test_a_name_that_nobody_has_is_not_kept(client):
    """It may be a password, typed into the wrong field."""
    sign_in(client, username="my-secret-canary")
    event = Event.objects.get()
    assert (event.verb, event.subject_id, event.subject_name) == ("sign_in.refused", "", "an unknown username")
    assert "my-secret-canary" not in str(event.__dict__)


def test_a_half_empty_form_is_no_attempt(client, ada):
    sign_in(client, password="")
    sign_in(client, username="")
    assert not Event.objects.exists()


def test_the_answer_does_not_tell_who_exists(client, ada):
    make_user(username="gone", is_active=False)
    pages = [
        sign_in(client, username=name, password=password).context["form"].non_field_errors()
        for name, password in (("ada", "wrong"), ("nobody", "wrong"), ("gone", PASSWORD))
    ]
    assert pages[0] == pages[1] == pages[2]


def test_who_was_deactivated_is_out_with_the_next_request(client, ada):
    client.force_login(ada)
    assert client.get("/people/").status_code == 200
    ada.is_active = False
    ada.save()
    assert client.get("/people/").headers["Location"].startswith(SIGN_IN)


def test_signing_out(client, ada):
    client.force_login(ada)
    assert client.post("/sign-out/").headers["Location"] == SIGN_IN
    assert client.get("/people/").headers["Location"].startswith(SIGN_IN)
    assert Event.objects.get().verb == "sign_in.ended"


def test_signing_out_twice_is_no_error(client):
    assert client.post("/sign-out/").headers["Location"] == SIGN_IN
    assert not Event.objects.exists()


def test_a_link_does_not_sign_out(client, ada):
    client.force_login(ada)
    assert client.get("/sign-out/").status_code == 405
    assert client.get("/people/").status_code == 200


def test_a_session_is_not_carried_over_from_before_signing_in(client, ada):
    client.get("/people/")
    client.session.save()
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_who_has_no_role_is_told_so(client):
    client.force_login(make_user())
    assert "You have no role yet" in client.get("/").text
