"""Sync now, and following a synchronisation to its end."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from connectors.models import SyncCall, SyncRun
from neurons_admin.audit.models import Event
from tests.factories import make_connector, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def rings(monkeypatch):
    heard = []
    monkeypatch.setattr("neurons_admin.doorbell.ring", lambda task, pk: heard.append((task, str(pk))) or True)
    return heard


def sync(client, connector):
    return client.post(reverse("connectors:sync", args=[connector.pk]))


def make_sync_run(connector=None, **columns):
    return SyncRun.objects.create(connector=connector or make_connector("Contoso"), trigger="manual", **columns)


def running(**columns):
    began = timezone.now() - timedelta(seconds=10)
    counts = {"people": {"read": 5000, "full": True, "note": "", "began": began.isoformat()}}
    return make_sync_run(state="running", started_at=began, read=5000, counts=counts, **columns)


def fragment(client, run):
    return client.get(reverse("connectors:sync_run", args=[run.pk]), **HTMX)


class TestSyncNow:
    def test_it_queues_one_and_rings(self, admin, rings, django_capture_on_commit_callbacks):
        connector = make_connector("Contoso")
        with django_capture_on_commit_callbacks(execute=True):
            assert sync(admin, connector).url == connector.get_absolute_url()
        run = SyncRun.objects.get()
        assert (run.connector, run.asked_by, run.state) == (connector, admin.user, "queued")
        assert rings == [("people.tasks.carry_out_sync", str(run.pk))]
        assert Event.objects.get().verb == "connector.sync_asked"

    def test_two_clicks_make_one(self, admin):
        connector = make_connector("Contoso")
        sync(admin, connector)
        sync(admin, connector)
        assert SyncRun.objects.count() == 1

    @pytest.mark.parametrize("columns", [{"active": False}, {"sync_credential": None}])
    def test_where_it_cannot_be_it_says_so(self, admin, columns):
        connector = make_connector("Contoso", acts=False, **columns)
        response = admin.post(reverse("connectors:sync", args=[connector.pk]), follow=True)
        assert "switched off or has no credential" in response.content.decode()
        assert not SyncRun.objects.exists()

    @pytest.mark.parametrize("role", ["Viewer", "Service desk", "Credential admin"])
    def test_the_wrong_person_is_refused(self, client, role):
        client.force_login(make_user(role))
        assert sync(client, make_connector()).status_code == 403
        assert not SyncRun.objects.exists()

    def test_looking_is_not_asking(self, admin):
        assert admin.get(reverse("connectors:sync", args=[make_connector().pk])).status_code == 405


class TestProgress:
    def test_a_running_one_shows_counts_and_rate_and_asks_again(self, admin):
        run = running(added=4000)
        response = fragment(admin, run)
        content = response.content.decode()
        for words in ("Reading people", "5,000 people", "a second", "4,000", 'hx-trigger="every 2s"'):
            assert words in content
        assert "<html" not in content
        assert "HX-Trigger" not in response

    def test_a_full_one_is_measured_by_the_full_one_before(self, admin):
        connector = make_connector("Contoso")
        make_sync_run(connector, state="succeeded", counts={"people": {"read": 20_000, "full": True}})
        content = fragment(admin, running(connector=connector)).content.decode()
        assert "5,000 of 20,000 people" in content
        assert "about 30 s left" in content

    def test_when_that_says_nothing_the_end_is_left_open(self, admin):
        connector = make_connector("Contoso")
        make_sync_run(connector, state="succeeded", counts={"people": {"read": 100, "full": True}})
        content = fragment(admin, running(connector=connector)).content.decode()
        assert "5,000 people" in content
        assert 'max="' not in content

    def test_a_waiting_one_says_for_what(self, admin):
        assert "waits for a worker" in fragment(admin, make_sync_run()).content.decode()

    def test_one_that_will_be_tried_again_says_when_and_why(self, admin):
        run = make_sync_run(not_before=timezone.now() + timedelta(minutes=5), message="Microsoft Graph is busy.")
        content = fragment(admin, run).content.decode()
        assert "tried again" in content
        assert "Microsoft Graph is busy." in content

    @pytest.mark.parametrize("state", ["succeeded", "failed"])
    def test_one_that_is_over_asks_no_more_and_tells_the_page(self, admin, state):
        run = make_sync_run(state=state, message="Why.", started_at=timezone.now(), ended_at=timezone.now())
        response = fragment(admin, run)
        assert "hx-trigger" not in response.content.decode()
        assert "sync:over" in response["HX-Trigger"]

    def test_the_page_of_one_shows_its_calls(self, admin):
        run = running()
        SyncCall.objects.create(
            run=run,
            method="GET",
            path="/v1.0/users/delta",
            status=429,
            request_id="req-12345678",
            client_request_id="c",
            started_at=timezone.now(),
            milliseconds=12,
        )
        content = admin.get(reverse("connectors:sync_run", args=[run.pk])).content.decode()
        for words in ("<html", "/v1.0/users/delta", "429", "req-1234", 'http-equiv="refresh"'):
            assert words in content

    def test_the_connectors_page_follows_the_open_one(self, admin):
        run = running()
        content = admin.get(run.connector.get_absolute_url()).content.decode()
        for words in (reverse("connectors:sync_run", args=[run.pk]), "Synchronising…", "sync:over from:body"):
            assert words in content

    def test_the_history_has_counts_durations_and_errors(self, admin):
        began = timezone.now() - timedelta(hours=1)
        run = make_sync_run(
            state="failed",
            message="The client secret has expired.",
            read=7,
            started_at=began,
            ended_at=began + timedelta(seconds=190),
        )
        content = admin.get(run.connector.get_absolute_url()).content.decode()
        for words in ("The client secret has expired.", "3 min 10 s", "Failed", "On demand"):
            assert words in content
        assert "every 2s" not in content

    @pytest.mark.parametrize("role", ["Viewer", "Service desk", "Credential admin"])
    def test_the_wrong_person_is_refused_the_fragment_too(self, client, role):
        client.force_login(make_user(role))
        assert fragment(client, make_sync_run()).status_code == 403


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7320, "2 h 2 min")]
)
def test_durations_in_words(seconds, words):
    now = timezone.now()
    run = SyncRun(started_at=now, ended_at=now + timedelta(seconds=seconds), read=100)
    assert run.lasted_words == words
    assert run.rate == (100 / seconds if seconds else None)


def test_before_it_begins_there_is_neither_rate_nor_duration():
    assert (SyncRun().rate, SyncRun().lasted_words) == (None, "")


STREAMS = ("people", "groups", "licences", "devices", "roles", "sign_ins")


def halfway(stream, *, full=True, read=250):
    began = (timezone.now() - timedelta(seconds=60)).isoformat()
    counts = {stream: {"read": read, "full": full, "began": began}}
    return make_sync_run(state="running", stream=stream, counts=counts, started_at=timezone.now() - timedelta(hours=1))


@pytest.mark.django_db
class TestWhatIsLeft:
    @pytest.mark.parametrize("stream", STREAMS)
    def test_of_every_stream_it_is_told_from_when_all_was_last_read(self, stream):
        run = halfway(stream)
        for state, full, read in (("succeeded", True, 1000), ("succeeded", False, 3), ("failed", True, 7)):
            counts = {stream: {"read": read, "full": full}}
            make_sync_run(connector=run.connector, state=state, counts=counts, ended_at=timezone.now())
        assert run.likely_total == 1000
        assert run.left_words == "about 3 min 0 s"

    def test_of_changes_nobody_knows_how_many_there_will_be(self):
        run = halfway("people", full=False)
        make_sync_run(connector=run.connector, state="succeeded", counts={"people": {"read": 1000, "full": True}})
        assert (run.likely_total, run.left_words) == (None, "")

    @pytest.mark.parametrize("before", [None, 100])
    def test_without_a_time_before_or_beyond_it_nothing_is_said(self, before):
        run = halfway("groups")
        if before:
            make_sync_run(connector=run.connector, state="succeeded", counts={"groups": {"read": before, "full": True}})
        assert (run.likely_total, run.left_words) == (None, "")


@pytest.mark.django_db
class TestPeopleOverTime:
    def ended(self, connector, days, known):
        ended_at = timezone.now() - timedelta(days=days)
        counts = {"people": {"known": known}} if known is not None else {"people": {"read": 5}}
        make_sync_run(connector=connector, state="succeeded", ended_at=ended_at, counts=counts)

    def test_each_day_shows_what_was_known_after_its_last_synchronisation(self, admin):
        connector = make_connector()
        for days, known in ((40, 1), (4, None), (3, 195), (2, None), (1, 198), (0, 203)):
            self.ended(connector, days, known)
        response = admin.get(connector.get_absolute_url())
        chart = response.context["over_time"]
        assert list(chart.series[0].values) == [195, 195, 198, 203]
        assert "from 195 to 203 people" in chart.description
        assert "People over time" in response.content.decode()

    def test_one_day_is_no_time(self, admin):
        connector = make_connector()
        self.ended(connector, 0, 203)
        assert admin.get(connector.get_absolute_url()).context["over_time"] is None
