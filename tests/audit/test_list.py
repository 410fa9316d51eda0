"""Reading the audit trail."""

import uuid

import pytest
from django.db import connection

from neurons_admin.audit.models import Event, record
from tests.factories import make_connector, make_credential, make_person, make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    user = make_user("Connector admin", username="reader", first_name="Rea", last_name="Der")
    client.force_login(user)
    return user


def sentences(page):
    return [f"{row.event.actor_name} {row.sentence} {row.event.subject_name}" for row in page.context["rows"]]


def test_the_newest_is_first_and_reads_as_a_sentence(client, reader):
    connector = make_connector("Contoso EU")
    record("connector.sync_asked", connector, actor=reader)
    record("member.password_changed", reader, actor=reader, detail={"address": "10.0.0.7"})
    page = client.get("/audit/")
    assert sentences(page) == [
        "Rea Der changed their own password reader",
        "Rea Der asked for a synchronisation of Contoso EU",
    ]
    assert f'href="/connectors/{connector.pk}/"' in page.text
    assert "Address: 10.0.0.7" in page.text
    assert "2 events" in page.text


def test_one_who_did_something_to_themselves_is_named_once(client, reader):
    record("sign_in.succeeded", reader, actor=reader)
    assert client.get("/audit/").context["rows"][0].is_about_actor


def test_a_change_shows_before_and_after(client, reader):
    record(
        "member.changed", reader, actor=None, detail={"roles": {"before": [], "after": ["Viewer"]}, "superuser": True}
    )
    text = " ".join(client.get("/audit/").text.split())
    assert "Roles: none → Viewer" in text
    assert "Superuser: yes" in text


@pytest.mark.parametrize("detail", [{"a": None}, {"a": {"b": [1, {"c": 2}]}}, {"": ""}, {"a": 1.5}, {}])
def test_any_detail_can_be_shown(client, reader, detail):
    record("member.changed", reader, actor=None, detail=detail)
    assert client.get("/audit/").status_code == 200


def test_a_verb_without_words_is_still_shown(client, reader):
    record("moon.was_landed_on", reader, actor=None)
    assert "moon: was landed on" in client.get("/audit/").text


class TestLinks:
    """To what an event speaks of: if it is there, has a page, and the reader may see it."""

    def test_what_the_reader_may_not_see_is_only_named(self, client, reader):
        run = make_run()
        record("run.asked", run, actor=reader)
        page = client.get("/audit/")
        assert str(run) in page.text
        assert str(run.pk) not in page.text

    def test_a_superuser_is_led_everywhere(self, client):
        client.force_login(make_user(is_superuser=True))
        subjects = [make_connector(), make_credential("Shared"), make_run(), make_person(), make_user(username="ada")]
        for subject in subjects:
            record("thing.done", subject, actor=None)
        text = client.get("/audit/").text
        assert [subject for subject in subjects if f'href="{subject.get_absolute_url()}"' not in text] == []

    def test_what_is_gone_is_only_named(self, client, reader):
        connector = make_connector("Fabrikam")
        record("connector.deleted", connector, actor=reader)
        url = connector.get_absolute_url()
        connector.delete()
        page = client.get("/audit/")
        assert "Fabrikam" in page.text
        assert url not in page.text

    @pytest.mark.parametrize("kind", ["no.model", "nonsense", "access.user", "connectors.connector"])
    @pytest.mark.parametrize("key", ["", "x", "99999999999999999999999"])
    def test_what_never_was_is_only_named(self, client, kind, key):
        client.force_login(make_user(is_superuser=True))
        Event.objects.create(
            verb="thing.done", actor_name="x", subject_type=kind, subject_id=key, subject_name="a thing"
        )
        assert "a thing" in client.get("/audit/").text


class TestFilters:
    @pytest.fixture
    def events(self, reader):
        ada, connector = make_user(username="ada"), make_connector("Contoso")
        record("member.added", ada, actor=reader)
        record("connector.sync_asked", connector, actor=ada)
        record("connector.sync_asked", connector, actor=None)
        record("member_like.odd", ada, actor=ada)
        return {"ada": ada.pk, "reader": reader.pk, "connector": connector.pk}

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 4),
            ("area=member", 1),
            ("area=connector", 2),
            ("area=", 4),
            ("area=nothing", 0),
            ("area=%25", 0),
            ("area=m_mber", 0),
            ("type=access.user", 2),
            ("type=access", 0),
            ("type=access.user&subject={ada}", 2),
            ("type=access.user&subject={reader}", 0),
            ("subject={ada}", 0),
            ("about=access.user:{ada}", 2),
            ("about=connectors.connector:{connector}", 2),
            ("about=connectors.connector:{connector}&actor={ada}", 1),
            ("about=nonsense", 0),
            ("about=' OR 1=1 --", 0),
            ("verb=connector.sync_asked", 2),
            ("verb=connector", 0),
            ("q=CONTOSO", 2),
            ("q=rea", 1),
            ("q=%25", 0),
            ("q=" + "x" * 101, 0),
            ("since=2020-01-01", 4),
            ("until=2020-01-01", 0),
            ("since=2020-01-01&until=2999-12-30", 4),
            ("since=2030-01-01&until=2020-01-01", 0),
            ("since=yesterday", 0),
            ("since=0001-01-01", 0),
            ("until=9999-12-31", 0),
            ("actor={ada}", 2),
            ("actor={ada}&area=connector", 1),
            ("actor=system", 1),
            ("actor=nobody", 0),
            ("actor=-1", 0),
            ("actor=nonsense", 0),
            ("actor=999999999999999999999999", 0),
            ("actor=" + "9" * 5000, 0),
            ("actor=%D9%A3", 0),
        ],
    )
    def test_they_live_in_the_url(self, client, events, query, count):
        page = client.get(f"/audit/?{query.format(**events)}")
        assert page.status_code == 200
        assert len(page.context["rows"]) == count
        assert ("Nothing matches" in page.text) is (count == 0)

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("since=yesterday", "From: Enter a valid date."),
            ("since=2030-01-01&until=2020-01-01", "To: This is before the day it begins."),
            ("about=nonsense", "about: Enter a valid value."),
        ],
    )
    def test_a_filter_that_is_none_is_said_to_be(self, client, events, query, words):
        page = client.get(f"/audit/?{query}")
        assert "A filter cannot be understood" in page.text
        assert words in page.text

    def test_what_an_event_is_about_can_be_chosen_by_name(self, client, events):
        page = client.get(f"/audit/?about=connectors.connector:{events['connector']}")
        assert "Connector: Contoso" in page.text
        person = make_person()
        page = client.get(f"/audit/?about=people.person:{person.pk}")
        assert "Only one thing" in page.text
        assert str(person) not in page.text

    def test_a_day_ends_where_the_reader_is(self, client, reader, settings):
        settings.TIME_ZONE = "Pacific/Auckland"
        record("member.added", reader, actor=reader)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE audit_event SET at = '2026-03-01 11:30+00'")
        # 00:30 on the second of March, in Auckland.
        assert len(client.get("/audit/?since=2026-03-02&until=2026-03-02").context["rows"]) == 1
        assert len(client.get("/audit/?until=2026-03-01").context["rows"]) == 0

    def test_what_is_set_is_shown_and_can_be_taken_away(self, client, events):
        page = client.get(f"/audit/?area=member&actor={events['reader']}")
        assert "What: Members" in page.text
        assert "Who: Rea Der" in page.text
        assert f'href="?actor={events["reader"]}"' in page.text


def test_an_empty_trail_says_what_will_be_there(client, reader):
    assert "Nothing yet" in client.get("/audit/").text


def test_pages_meet_and_keep_the_filter(client, reader):
    for number in range(120):
        record("member.changed" if number % 2 else "run.asked", reader, actor=None, detail={"number": number})
    seen, url = [], "?area=member"
    while url:
        page = client.get(f"/audit/{url}")
        seen += [row.event.detail["number"] for row in page.context["rows"]]
        url = page.context["page"].next_url
    assert seen == list(range(119, 0, -2))
    assert [
        row.event.detail["number"] for row in client.get(f"/audit/{page.context['page'].previous_url}").context["rows"]
    ] == seen[:50]


def test_new_events_do_not_shift_the_page_one_reads(client, reader):
    for number in range(60):
        record("run.asked", reader, actor=None, detail={"number": number})
    first = client.get("/audit/")
    record("run.asked", reader, actor=None, detail={"number": 60})
    second = client.get(f"/audit/{first.context['page'].next_url}")
    assert [row.event.detail["number"] for row in second.context["rows"]] == list(range(9, -1, -1))


def test_it_takes_the_same_queries_for_one_event_and_for_fifty(client, reader, django_assert_num_queries):
    def event():
        record("member.changed", make_user(), actor=reader)
        record("connector.sync_asked", make_connector(), actor=None)
        record("run.asked", make_run(), actor=None)

    def queries():
        # Session, user, two for permissions, events, their number, members and connectors to choose from, and those
        # linked to.
        with django_assert_num_queries(9):
            assert client.get("/audit/").status_code == 200

    event()
    queries()
    for _ in range(20):
        event()
    queries()


def test_counting_stops_where_it_would_take_long(client, reader, monkeypatch):
    monkeypatch.setattr("neurons_admin.audit.views.COUNTED", 2)
    for _ in range(3):
        record("run.asked", reader, actor=None)
    page = client.get("/audit/")
    assert page.context["total"] is None
    assert len(page.context["rows"]) == 3


def test_markup_in_names_and_details_is_text(client, reader):
    connector = make_connector("<img src=x onerror=alert(1)>")
    record("connector.sync_asked", connector, actor=reader, detail={"<b>k</b>": "<i>v</i>"})
    text = client.get("/audit/").text
    assert "<img src=x" not in text
    assert "<b>k" not in text.lower()
    assert "<i>v" not in text


def test_nothing_here_changes_an_event(client, reader):
    assert client.post("/audit/").status_code == 405


def test_a_subject_id_that_is_long_finds_nothing(client, reader):
    assert client.get(f"/audit/?type=access.user&subject={'x' * 3000}{uuid.uuid4()}").context["rows"] == []
