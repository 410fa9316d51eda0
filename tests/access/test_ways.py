"""One's own ways to sign in: adding and removing them, and what a superuser does when somebody has lost theirs."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from neurons_admin.access import codes, factors
from neurons_admin.access.models import AuthenticatorApp, RecoveryCode, Session
from neurons_admin.audit.models import Event
from tests.access.second_factors import code, give_app, wrong_code
from tests.factories import make_user

pytestmark = pytest.mark.django_db
WAYS = "/profile/ways/"


@pytest.fixture
def ada(client):
    member = make_user("Viewer", username="ada", first_name="Ada", last_name="Lovelace")
    client.force_login(member)
    return member


def begin(client, member):
    client.post("/profile/ways/app/")
    return AuthenticatorApp.objects.get(member=member, confirmed_at=None)


def confirm(client, app, text, name="My phone"):
    return client.post(f"/profile/ways/app/{app.pk}/", {"name": name, "code": text})


def test_an_app_is_added_by_scanning_and_showing_a_code(client, ada):
    app = begin(client, ada)
    page = client.get(f"/profile/ways/app/{app.pk}/")
    assert "<svg" in page.text
    assert page.context["path"] == codes.picture_of(codes.address_for_app(app.secret.reveal(), "ada"))[1]
    assert "style=" not in page.text.split("<svg")[1].split("</svg>")[0]
    assert "no-store" in page.headers["Cache-Control"]
    shown = confirm(client, app, code(app))
    assert "They are shown this once" in shown.text
    assert "My phone" in client.get(WAYS).text
    assert "10 are left" in client.get(WAYS).text


def test_the_address_in_the_picture_is_what_apps_understand(ada):
    address = codes.address_for_app("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "ada@contoso.example")
    assert address.startswith("otpauth://totp/Neurons%20Admin:ada%40contoso.example?")
    assert "secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" in address


def test_the_codes_are_those_of_the_standard():
    """RFC 6238, appendix B, the last six of eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert codes.code_at(secret, 59 // 30) == b"287082"
    assert codes.code_at(secret, 1111111109 // 30) == b"081804"


def test_a_wrong_code_adds_nothing(client, ada):
    app = begin(client, ada)
    assert "This code is wrong" in confirm(client, app, wrong_code(app)).text
    assert not factors.has_any(ada)
    assert not Event.objects.exists()


def test_the_secret_is_not_shown_again(client, ada):
    app = begin(client, ada)
    confirm(client, app, code(app))
    assert client.get(f"/profile/ways/app/{app.pk}/").status_code == 404
    assert app.secret.reveal() not in client.get(WAYS).text


def test_the_code_that_added_it_cannot_sign_in(client, ada):
    app = begin(client, ada)
    text = code(app)
    confirm(client, app, text)
    assert factors.accept(ada, text) == ""


def test_the_first_one_ends_the_sessions_that_began_without(client, ada):
    elsewhere = Client()
    elsewhere.force_login(ada)
    app = begin(client, ada)
    confirm(client, app, code(app))
    assert client.get(WAYS).status_code == 200
    assert elsewhere.get(WAYS).status_code == 302


def test_what_happens_is_recorded_without_a_secret(client, ada):
    app = begin(client, ada)
    confirm(client, app, code(app))
    client.post("/profile/ways/codes/")
    client.post(f"/profile/ways/app/{app.pk}/remove/")
    events = Event.objects.order_by("pk")
    assert [event.verb for event in events] == [
        "member.way_added",
        "member.recovery_codes_made",
        "member.way_removed",
    ]
    assert events[0].detail == {"kind": "authenticator app", "name": "My phone"}
    assert app.secret.reveal() not in str([event.__dict__ for event in events])


def test_new_recovery_codes_replace_the_old_ones(client, ada):
    give_app(ada)
    old = factors.make_recovery_codes(ada)
    assert client.post("/profile/ways/codes/").context["codes"] != old
    assert RecoveryCode.objects.filter(member=ada).count() == 10
    assert factors.accept(ada, old[0]) == ""


def test_where_none_is_needed_the_last_one_takes_the_recovery_codes_with_it(client, ada):
    app = give_app(ada)
    factors.make_recovery_codes(ada)
    assert client.post(f"/profile/ways/app/{app.pk}/remove/").headers["Location"] == WAYS
    assert not factors.has_any(ada)
    assert not RecoveryCode.objects.exists()


def test_nobody_reaches_somebody_elses(client, ada):
    other = make_user(username="grace")
    theirs, begun = give_app(other), factors.begin_app(other)
    for url in (f"/profile/ways/app/{theirs.pk}/remove/", f"/profile/ways/app/{begun.pk}/"):
        assert client.get(url).status_code == 404
        assert client.post(url, {"name": "x", "code": code(begun)}).status_code == 404
    assert other.authenticator_apps.count() == 2


def test_adding_and_removing_ask_for_a_proof(client, ada):
    app = give_app(ada)
    Session.objects.update(proved_at=None)
    for url in ("/profile/ways/app/", "/profile/ways/codes/"):
        assert client.post(url).headers["Location"].startswith("/confirm/")
    assert client.post(f"/profile/ways/app/{app.pk}/remove/").status_code == 403
    assert ada.authenticator_apps.count() == 1


class TestSomebodyHasLostTheirs:
    def test_a_superuser_resets_them(self, client, boss):
        ada = make_user("Viewer", username="ada")
        give_app(ada)
        factors.make_recovery_codes(ada)
        theirs = Client()
        theirs.force_login(ada)
        answer = client.post(f"/members/{ada.pk}/second-factors/")
        assert answer.headers["Location"] == f"/members/{ada.pk}/"
        assert not factors.has_any(ada)
        assert not RecoveryCode.objects.exists()
        assert theirs.get("/profile/").status_code == 302
        event = Event.objects.get(verb="member.ways_reset")
        assert (event.actor_id, event.subject_id, event.detail) == (boss.pk, str(ada.pk), {"removed": 1})

    def test_nobody_resets_their_own(self, client, boss):
        give_app(boss)
        page = client.post(f"/members/{boss.pk}/second-factors/")
        assert "Your own are on your profile page" in page.text
        assert factors.has_any(boss)

    def test_the_operator_resets_those_of_the_last_superuser(self):
        boss = make_user(username="boss", is_superuser=True)
        give_app(boss)
        said = StringIO()
        call_command("reset_second_factor", "boss", stdout=said)
        assert "1 second factors of boss were removed" in said.getvalue()
        assert not factors.has_any(boss)
        assert Event.objects.get().actor_name == "the system"

    def test_a_name_that_nobody_has_is_an_error(self):
        with pytest.raises(CommandError, match="no member with the username ghost"):
            call_command("reset_second_factor", "ghost")


class TestProvingOnceMore:
    @pytest.fixture
    def app(self, client, ada):
        app = give_app(ada)
        Session.objects.update(proved_at=None)
        return app

    def prove(self, client, text):
        return client.post("/confirm/?way=app", {"code": text, "next": WAYS})

    def test_a_code_of_ones_app_proves_it_once(self, client, app):
        assert "Authenticator app" in client.get("/confirm/").text
        text = code(app)
        assert self.prove(client, text).headers["Location"] == WAYS
        Session.objects.update(proved_at=None)
        assert "That is not right." in self.prove(client, text).text

    def test_nothing_else_does(self, client, ada, app):
        other = code(give_app(make_user(username="grace")))
        for text in (wrong_code(app), other, factors.make_recovery_codes(ada)[0]):
            assert self.prove(client, text).status_code == 200
        assert not Session.objects.filter(proved_at__isnull=False).exists()
        assert RecoveryCode.objects.filter(used_at=None).count() == 10

    def test_who_has_no_app_is_not_offered_it(self, client, ada):
        Session.objects.update(proved_at=None)
        assert "Authenticator app" not in client.get("/confirm/").text
