"""Ways on from a run's page: links to the cure, asking again, deciding what happened, going on after a restore."""

import pytest
from django.urls import reverse
from django.utils import timezone

from connectors.actions import EnableAccount, RevokeSessions
from people import services
from tests.factories import make_account, make_connector, make_run, make_user
from tests.ui.markup import Markup

pytestmark = pytest.mark.django_db
IN_DOUBT = {"in_doubt": True, "sent_at": timezone.now(), "before": {"accountEnabled": True}}


def page(client, run):
    return client.get(run.get_absolute_url()).content.decode()


class TestLinks:
    def test_settings_are_shown_to_those_who_may_see_them(self, client):
        run = make_run(state="failed", error_code="Authorization_RequestDenied")
        settings = run.account.connector.get_absolute_url() + "#action-details"
        for roles, shown in ((["Service desk"], False), (["Service desk", "Connector admin"], True)):
            client.force_login(make_user(*roles))
            assert (settings in page(client, run)) is shown

    def test_a_shared_credential_has_a_page_of_its_own(self, client):
        run = make_run(state="held", held_because="credential", error_code="expired_secret")
        client.force_login(make_user("Service desk", "Credential admin"))
        credential = run.account.connector.action_credential
        assert reverse("credentials:detail", args=[credential.pk]) in page(client, run)

    def test_one_filled_in_on_a_connector_is_found_there(self, client):
        run = make_run(state="held", held_because="credential", error_code="expired_secret")
        type(run.account.connector.action_credential).objects.update(name="")
        client.force_login(make_user(is_superuser=True))
        assert run.account.connector.get_absolute_url() + "#action-details" in page(client, run)

    def test_a_connector_that_lost_its_action_credential_still_has_a_page(self, desk):
        account = make_account(connector=make_connector(acts=False))
        run = make_run(account, state="held", held_because="credential", error_code="no_credential")
        assert "No credential has been set for this." in page(desk, run)

    def test_other_sites_open_beside_this_one(self, desk):
        run = make_run(state="needs_operator", **IN_DOUBT)
        links = [link for link in Markup(page(desk, run)).all("a") if "entra.microsoft.com" in link["href"]]
        assert links
        for link in links:
            assert (link["target"], link["rel"]) == ("_blank", "noopener noreferrer")
            assert str(run.account.object_id) in link["href"]

    def test_nobody_is_led_to_ask_again_for_who_is_gone(self, desk):
        run = make_run(make_account(removal="deleted"), state="cancelled")
        assert "Ask again" not in page(desk, run)

    def test_who_may_only_look_is_offered_nothing_to_do(self, client):
        client.force_login(make_user("Viewer"))
        for columns in ({"state": "needs_operator"}, {"state": "held", "held_because": "restore"}, {"state": "queued"}):
            content = page(client, make_run(action=RevokeSessions.key, **columns))
            assert "It happened" not in content
            assert "Carry it out" not in content
            assert "Cancel this run" not in content
        assert "Ask again" not in page(client, make_run(state="cancelled"))


class TestDeciding:
    @pytest.mark.parametrize(("word", "state"), [("yes", "succeeded"), ("no", "failed")])
    def test_somebodys_word_ends_it_and_the_page_says_whose(self, desk, word, state):
        run = make_run(state="needs_operator", **IN_DOUBT)
        answer = desk.post(reverse("people:decide", args=[run.pk]), {"happened": word}, follow=True)
        run.refresh_from_db()
        assert (run.state, run.in_doubt) == (state, False)
        assert "on somebody&#x27;s word" in answer.text
        assert desk.user.label in answer.text
        assert "Recorded" in answer.text
        assert "It did not happen</button>" not in answer.text

    def test_whoever_comes_second_is_told(self, desk):
        run = make_run(state="needs_operator", **IN_DOUBT)
        services.decide(run, happened=True, asked_by=make_user("Service desk"))
        answer = desk.post(reverse("people:decide", args=[run.pk]), {"happened": "no"}, follow=True)
        run.refresh_from_db()
        assert run.state == "succeeded"
        assert "settled meanwhile" in answer.text

    @pytest.mark.parametrize("sent", [{}, {"happened": ""}, {"happened": "perhaps"}])
    def test_anything_else_than_yes_or_no_is_refused(self, desk, sent):
        run = make_run(state="needs_operator", **IN_DOUBT)
        assert desk.post(reverse("people:decide", args=[run.pk]), sent).status_code == 400
        run.refresh_from_db()
        assert run.state == "needs_operator"

    def test_a_run_that_needs_no_word_takes_none(self, desk):
        run = make_run(state="running")
        desk.post(reverse("people:decide", args=[run.pk]), {"happened": "yes"})
        run.refresh_from_db()
        assert run.state == "running"


class TestAfterRestore:
    def test_it_goes_on_when_somebody_says_so(self, desk):
        run = make_run(state="held", held_because="restore", action=EnableAccount.key)
        answer = desk.post(reverse("people:confirm", args=[run.pk]), follow=True)
        run.refresh_from_db()
        assert (run.state, run.held_because) == ("queued", "")
        assert "It goes on." in answer.text

    def test_what_may_have_been_sent_is_looked_for_first(self, desk):
        run = make_run(state="held", held_because="restore", **IN_DOUBT)
        desk.post(reverse("people:confirm", args=[run.pk]))
        run.refresh_from_db()
        assert run.state == "unknown"

    def test_whoever_comes_second_is_told(self, desk):
        run = make_run(state="cancelled")
        answer = desk.post(reverse("people:confirm", args=[run.pk]), follow=True)
        assert "not held any more" in answer.text

    def test_it_can_be_cancelled(self, desk):
        run = make_run(state="held", held_because="restore")
        desk.post(reverse("people:cancel", args=[run.pk]))
        run.refresh_from_db()
        assert run.state == "cancelled"
