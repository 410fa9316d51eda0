"""Signing in with Microsoft: who is let in, who is not, and that no forged token is believed."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from connectors.member_sign_in import views
from neurons_admin.access import identities, throttle
from neurons_admin.access.models import Identity, Passkey, Session, User
from neurons_admin.access.services import Refused
from neurons_admin.audit.models import Event
from tests.factories import PASSWORD, make_user
from tests.member_sign_in.conftest import Provider, come_back, path_of, query_of

pytestmark = pytest.mark.django_db

# What is wrong with an ID token, and a word of what the trail says of it.
FORGED = {
    "issuer": "InvalidIssuerError",
    "audience": "InvalidAudienceError",
    "nonce": "does not belong",
    "no nonce": "does not belong",
    "tenant": "another tenant",
    "no object": "MissingRequiredClaimError",
    "odd object": "names nobody",
    "expired": "ExpiredSignatureError",
    "early": "ImmatureSignatureError",
    "unsigned": "not signed as it has to be",
    "symmetric": "not signed as it has to be",
    "cut": "InvalidSignatureError",
    "unknown key": "a key that the tenant does not have",
}

ODD = ({}, {"code": "x"}, {"state": "x"}, {"code": "x", "state": "x"}, {"error": "access_denied"})
ELSEWHERE = ("//evil.example", "https://evil.example/", "/\\evil.example", "https:evil.example")


def is_in(browser: Client) -> bool:
    return browser.get("/profile/").status_code == 200


def refusals() -> list[str]:
    return [
        str(detail.get("reason"))
        for detail in Event.objects.filter(verb="sign_in.refused").values_list("detail", flat=True)
    ]


class TestWhoIsLetIn:
    def test_the_member_with_this_account(self, ada: User, provider: Provider, adele_id: UUID) -> None:
        browser = Client()
        answer = come_back(browser, provider, adele_id, "/sign-in/microsoft/?next=/people/")
        assert answer.headers["Location"] == "/people/"
        assert is_in(browser)
        event = Event.objects.get(verb="sign_in.succeeded")
        assert (event.actor_id, event.detail["by"]) == (ada.pk, "microsoft")

    def test_it_counts_as_a_second_factor_and_as_a_proof(
        self, ada: User, provider: Provider, adele_id: UUID, settings: Any
    ) -> None:
        settings.SECOND_FACTOR = "required"
        browser = Client()
        come_back(browser, provider, adele_id)
        assert is_in(browser)
        assert Session.objects.of(ada).get().proved_at

    @pytest.mark.parametrize("how", ["long ago", "no time"])
    def test_who_was_let_in_unasked_has_proved_nothing(
        self, how: str, ada: User, provider: Provider, adele_id: UUID
    ) -> None:
        browser = Client()
        come_back(browser, provider, adele_id)
        provider.forge(how)
        come_back(browser, provider, adele_id)
        assert is_in(browser)
        assert [session.proved_at for session in Session.objects.of(ada)] == [None]

    def test_nobody_else(self, ada: User, provider: Provider, other_id: UUID) -> None:
        browser = Client()
        answer = come_back(browser, provider, other_id)
        assert answer.status_code == 403
        assert str(other_id) in answer.text
        assert not is_in(browser)
        assert refusals() == [views.NOT_LINKED]

    def test_nobody_by_e_mail(self, ada: User, provider: Provider, other_id: UUID) -> None:
        # The one who signs in has the e-mail address of a member: it does not matter.
        upn = next(one["upn"] for one in provider.described["people"].values() if one["id"] == str(other_id))
        make_user(username=upn, email=upn)
        browser = Client()
        assert come_back(browser, provider, other_id).status_code == 403
        assert not is_in(browser)

    def test_not_who_is_deactivated(self, ada: User, provider: Provider, adele_id: UUID) -> None:
        User.objects.filter(pk=ada.pk).update(is_active=False)
        browser = Client()
        answer = come_back(browser, provider, adele_id)
        assert answer.status_code == 403
        assert "You were deactivated here." in answer.text
        assert not is_in(browser)
        assert Event.objects.get(verb="sign_in.refused").subject_id == str(ada.pk)

    def test_not_by_the_password_they_had(self, ada: User) -> None:
        browser = Client()
        browser.post("/sign-in/", {"username": "ada", "password": PASSWORD})
        assert not is_in(browser)

    def test_nobody_where_it_is_not_set_up(self, ada: User, settings: Any) -> None:
        settings.MICROSOFT_SIGN_IN_TENANT = ""
        for path in ("/sign-in/microsoft/", "/sign-in/microsoft/back/?code=x&state=y"):
            assert Client().get(path).status_code == 403


class TestForgedTokens:
    @pytest.mark.parametrize("how", FORGED)
    def test_none_is_believed(self, how: str, ada: User, provider: Provider, adele_id: UUID) -> None:
        provider.forge(how)
        browser = Client()
        answer = come_back(browser, provider, adele_id)
        assert answer.status_code == 403
        assert not is_in(browser)
        assert not Session.objects.of(ada).exists()
        assert FORGED[how] in refusals()[0]
        assert str(adele_id) not in str(refusals())

    def test_a_right_one_is_believed_after_all_of_them(self, ada: User, provider: Provider, adele_id: UUID) -> None:
        browser = Client()
        come_back(browser, provider, adele_id)
        assert is_in(browser)

    def test_of_another_tenant_with_the_same_object_id_nobody_is_let_in(
        self, ada: User, provider: Provider, adele_id: UUID
    ) -> None:
        Identity.objects.filter(member=ada).update(tenant_id=uuid4())
        browser = Client()
        assert come_back(browser, provider, adele_id).status_code == 403


class TestTheWayBack:
    def test_who_did_not_go_leaves_no_line_in_the_trail(self, ada: User, settings: Any) -> None:
        for tenant in (settings.MICROSOFT_SIGN_IN_TENANT, ""):
            settings.MICROSOFT_SIGN_IN_TENANT = tenant
            assert Client().get("/sign-in/microsoft/back/?code=x&state=y").status_code == 403
        assert refusals() == []

    def test_whoever_fails_again_and_again_has_to_wait(self, ada: User, provider: Provider) -> None:
        browser = Client()
        for _ in range(throttle.ADDRESS_LIMIT):
            browser.get("/sign-in/microsoft/")
            browser.get("/sign-in/microsoft/back/?code=x&state=y")
        assert browser.get("/sign-in/microsoft/").status_code == 429

    def test_a_code_is_not_redeemed_without_its_verifier(self, ada: User, provider: Provider, adele_id: UUID) -> None:
        browser = Client()
        back = query_of(provider.answer(browser.get("/sign-in/microsoft/"), adele_id))
        app = provider.described["apps"]["sign_in"]
        form = {
            "grant_type": "authorization_code",
            "code": back["code"],
            "redirect_uri": "http://testserver/sign-in/microsoft/back/",
            "client_id": app["client_id"],
            "client_secret": app["client_secret"],
            "code_verifier": "of-another-browser",
        }
        token = f"{provider.described['authority_url']}/{provider.tenant_id}/oauth2/v2.0/token"
        assert provider.ask("POST", token, data=form).json()["error"] == "invalid_grant"

    def test_is_good_once(self, ada: User, provider: Provider, adele_id: UUID) -> None:
        browser = Client()
        back = path_of(provider.answer(browser.get("/sign-in/microsoft/"), adele_id))
        assert browser.get(back).status_code == 302
        browser.post("/sign-out/")
        assert browser.get(back).status_code == 403
        assert not is_in(browser)

    def test_a_code_is_good_once(self, ada: User, provider: Provider, adele_id: UUID) -> None:
        thief, browser = Client(), Client()
        back = query_of(provider.answer(browser.get("/sign-in/microsoft/"), adele_id))
        assert browser.get("/sign-in/microsoft/back/", back).status_code == 302
        begun = query_of(thief.get("/sign-in/microsoft/").headers["Location"])
        answer = thief.get("/sign-in/microsoft/back/", {"code": back["code"], "state": begun["state"]})
        assert answer.status_code == 403
        assert not is_in(thief)

    def test_a_code_of_somebody_else_is_not_theirs_to_redeem(
        self, ada: User, provider: Provider, adele_id: UUID
    ) -> None:
        # Intercepted before it was redeemed: without the verifier of the browser it was given to, it is worth nothing.
        thief, browser = Client(), Client()
        back = query_of(provider.answer(browser.get("/sign-in/microsoft/"), adele_id))
        begun = query_of(thief.get("/sign-in/microsoft/").headers["Location"])
        answer = thief.get("/sign-in/microsoft/back/", {"code": back["code"], "state": begun["state"]})
        assert answer.status_code == 403
        assert not is_in(thief)

    @pytest.mark.parametrize(
        "query", [{}, {"code": "x"}, {"state": "x"}, {"code": "x", "state": "x"}, {"error": "access_denied"}]
    )
    def test_what_does_not_belong_to_it_is_refused(self, query: dict[str, str], ada: User, provider: Provider) -> None:
        browser = Client()
        browser.get("/sign-in/microsoft/")
        assert browser.get("/sign-in/microsoft/back/", query).status_code == 403
        assert not is_in(browser)

    def test_nobody_is_signed_in_who_did_not_go(self, ada: User, provider: Provider, adele_id: UUID) -> None:
        victim, attacker = Client(), Client()
        back = path_of(provider.answer(attacker.get("/sign-in/microsoft/"), adele_id))
        assert victim.get(back).status_code == 403
        assert not is_in(victim)

    def test_it_is_over_after_ten_minutes(
        self, ada: User, provider: Provider, adele_id: UUID, monkeypatch: Any
    ) -> None:
        browser = Client()
        back = path_of(provider.answer(browser.get("/sign-in/microsoft/"), adele_id))
        monkeypatch.setattr(views, "LASTS_SECONDS", -1.0)
        assert browser.get(back).status_code == 403

    @pytest.mark.parametrize(
        "away", ["//evil.example", "https://evil.example/", "/\\evil.example", "https:evil.example"]
    )
    def test_nobody_is_led_away(self, away: str, ada: User, provider: Provider, adele_id: UUID) -> None:
        begin = reverse("member_sign_in:begin") + f"?next={away}"
        assert come_back(Client(), provider, adele_id, begin).headers["Location"] == "/"

    def test_what_is_asked_of_microsoft_is_one_tenant_pkce_and_no_more(self, ada: User, provider: Provider) -> None:
        url = Client().get("/sign-in/microsoft/").headers["Location"]
        asked = query_of(url)
        assert url.startswith(f"{provider.described['authority_url']}/{provider.tenant_id}/oauth2/v2.0/authorize?")
        assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
        assert asked["redirect_uri"] == "http://testserver/sign-in/microsoft/back/"
        assert set(asked["scope"].split()) == {"openid", "profile", "offline_access"}


class TestConfirming:
    @pytest.fixture
    def browser(self, ada: User, provider: Provider, adele_id: UUID) -> Client:
        browser = Client()
        come_back(browser, provider, adele_id)
        Session.objects.of(ada).forget_proofs()
        return browser

    def test_the_page_offers_it_and_nothing_else(self, browser: Client) -> None:
        page = browser.get("/confirm/?next=/people/")
        assert "Confirm with Microsoft" in page.text
        assert "/sign-in/microsoft/confirm/?next=%2Fpeople%2F" in page.text
        assert "password" not in page.text.lower()
        assert browser.post("/confirm/", {"password": ""}).status_code == 200

    def test_microsoft_is_told_to_ask_and_then_it_is_proved(
        self, browser: Client, ada: User, provider: Provider, adele_id: UUID
    ) -> None:
        begun = browser.get("/sign-in/microsoft/confirm/?next=/people/")
        assert query_of(begun.headers["Location"]).items() >= {"prompt": "login", "max_age": "0"}.items()
        answer = browser.get(path_of(provider.answer(begun, adele_id)))
        assert answer.headers["Location"] == "/people/"
        assert Session.objects.of(ada).get().proved_at

    def test_a_token_that_lacks_the_time_says_what_is_to_be_set_up(
        self, browser: Client, provider: Provider, adele_id: UUID
    ) -> None:
        provider.forge("no time")
        answer = come_back(browser, provider, adele_id, "/sign-in/microsoft/confirm/")
        assert "the optional claim auth_time" in answer.text
        assert "the optional claim auth_time" in refusals()[-1]

    @pytest.mark.parametrize("how", ["long ago", "no time", *FORGED])
    def test_what_proves_nothing_is_refused(
        self, how: str, browser: Client, ada: User, provider: Provider, adele_id: UUID
    ) -> None:
        provider.forge(how)
        assert come_back(browser, provider, adele_id, "/sign-in/microsoft/confirm/").status_code == 403
        assert Session.objects.of(ada).get().proved_at is None

    def test_another_account_proves_nothing(
        self, browser: Client, ada: User, provider: Provider, other_id: UUID
    ) -> None:
        bea = make_user("Viewer", username="bea")
        boss = User.objects.get(username="boss")
        identities.link(bea, provider.tenant_id, other_id, only=False, by=boss)
        assert come_back(browser, provider, other_id, "/sign-in/microsoft/confirm/").status_code == 403
        assert Session.objects.of(ada).get().proved_at is None
        assert is_in(browser)


class TestLinking:
    def test_with_microsoft_only_there_is_no_other_way(self, provider: Provider, adele_id: UUID) -> None:
        boss, member = make_user(username="boss", is_superuser=True), make_user("Viewer", username="bea")
        Passkey.objects.create(member=member, name="Key", credential_id=b"id", public_key=b"key", user_handle=b"handle")
        identities.link(member, provider.tenant_id, adele_id, only=True, by=boss)
        assert not User.objects.get(pk=member.pk).has_usable_password()
        assert not Passkey.objects.filter(member=member).exists()

    @pytest.fixture
    def boss(self, provider: Provider) -> User:
        return make_user(username="boss", is_superuser=True)

    def test_on_the_member_s_page(self, boss: User, provider: Provider, client: Client) -> None:
        member = make_user("Viewer", username="bea")
        client.force_login(boss)
        url, object_id = f"/members/{member.pk}/microsoft/", uuid4()
        assert "Account at Microsoft" in client.get(f"/members/{member.pk}/").text
        client.post(url, {"object_id": str(object_id)})
        assert Identity.objects.get(member=member).object_id == object_id
        assert Event.objects.get(verb="member.identity_linked").detail["object_id"] == str(object_id)
        assert User.objects.get(pk=member.pk).has_usable_password()
        client.post(url, {"object_id": ""})
        assert not Identity.objects.filter(member=member).exists()
        assert Event.objects.filter(verb="member.identity_unlinked").exists()

    @pytest.mark.parametrize("text", ["x", "adele@contoso.example", "1"])
    def test_what_is_no_object_id_is_refused(self, text: str, boss: User, client: Client) -> None:
        member = make_user("Viewer", username="bea")
        client.force_login(boss)
        client.post(f"/members/{member.pk}/microsoft/", {"object_id": text})
        assert not Identity.objects.exists()

    def test_an_account_is_of_one_member(self, boss: User, provider: Provider) -> None:
        object_id = uuid4()
        identities.link(make_user(username="one"), provider.tenant_id, object_id, only=False, by=boss)
        with pytest.raises(Refused, match="Another member"):
            identities.link(make_user(username="two"), provider.tenant_id, object_id, only=False, by=boss)

    def test_a_superuser_is_linked_by_a_superuser_only(self, boss: User, provider: Provider) -> None:
        with pytest.raises(Refused):
            identities.link(boss, provider.tenant_id, uuid4(), only=False, by=make_user("People admin"))

    def test_it_ends_their_sessions(self, ada: User, provider: Provider, adele_id: UUID) -> None:
        browser = Client()
        come_back(browser, provider, adele_id)
        identities.unlink(ada, by=User.objects.get(username="boss"))
        assert not is_in(browser)


def test_it_is_offered_only_where_it_is_set_up(db: None) -> None:
    assert "Sign in with Microsoft" not in Client().get("/sign-in/").text


def test_a_sign_in_that_waits_is_not_remembered_for_long(ada: User, provider: Provider) -> None:
    Client().get("/sign-in/microsoft/")
    row = Session.objects.get(member=None)
    assert row.expires_at - row.began_at <= timedelta(minutes=30)
