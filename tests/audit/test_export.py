"""Taking the trail along: who may, what stands in the file, and that no spreadsheet carries anything out."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from neurons_admin.access.models import Session
from neurons_admin.audit import export
from neurons_admin.audit.models import Event, record
from tests.factories import make_connector, make_user

HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "\u200b=cmd|' /C calc'!A0", "\uff1d1"]


@pytest.fixture
def taker(client: Client, db: None) -> Any:
    member = make_user(username="taker", is_superuser=True)
    client.force_login(member)
    return member


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith(export.BYTE_ORDER_MARK)
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


class TestCells:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_what_would_be_a_formula_is_text(self, text: str) -> None:
        assert export.harmless(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", "Adele Vance", "a=b", "3 Mar", "'=1", "é", "{}", "10.0.0.7"])
    def test_anything_else_stays_as_it_is(self, text: str) -> None:
        assert export.harmless(text) == text

    @given(st.text())
    def test_no_cell_begins_with_a_sign_that_counts(self, text: str) -> None:
        cell = export.harmless(text)
        seen = "".join(sign for sign in cell if not export._is_invisible(sign))
        assert seen[:1] not in export.FORMULA or not seen
        assert cell.removeprefix("'") == text.removeprefix("'")

    @given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
    def test_quoting_survives_any_text(self, cells: list[str]) -> None:
        line = csv.writer(export._Line(), quoting=csv.QUOTE_ALL).writerow(cells)
        assert next(csv.reader(io.StringIO(line, newline=""))) == cells


@pytest.mark.django_db
class TestFiles:
    def test_csv_has_what_the_filters_let_through_the_newest_first(self, client: Client, taker: Any) -> None:
        connector = make_connector('Con"toso;\n=EU')
        record("connector.sync_asked", connector, actor=taker, detail={"a": "=1"})
        record("connector.changed", connector, actor=None)
        record("member.added", taker, actor=taker)
        answer = client.post("/audit/export/", {"format": "csv", "area": "connector"})
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-trail-')
        assert "no-store" in answer.headers["Cache-Control"]
        rows = rows_of(answer)
        assert [row["verb"] for row in rows] == ["connector.changed", "connector.sync_asked"]
        assert rows[1]["subject"] == 'Con"toso;\n=EU'
        assert json.loads(rows[1]["detail"]) == {"a": "=1"}
        assert rows[0]["actor"] == "the system"

    def test_json_has_one_object_a_line(self, client: Client, taker: Any) -> None:
        record("member.added", taker, actor=taker, detail={"roles": ["Viewer"]})
        answer = client.post("/audit/export/", {"format": "jsonl"})
        lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
        assert lines[-1]["verb"] == "member.added"
        assert lines[-1]["detail"] == {"roles": ["Viewer"]}

    def test_it_is_on_record_before_the_first_line(self, client: Client, taker: Any) -> None:
        record("member.added", taker, actor=taker)
        answer = client.post("/audit/export/", {"format": "csv", "area": "member"})
        event = Event.objects.get(verb="audit.exported")
        assert event.detail == {"events": 1, "format": "csv", "area": "member"}
        assert event.actor_id == taker.pk
        assert "audit.exported" not in [row["verb"] for row in rows_of(answer)]

    @pytest.mark.django_db(transaction=True)
    def test_what_cannot_be_recorded_is_not_given(self, client: Client, taker: Any) -> None:
        record("member.added", taker, actor=taker)
        client.raise_request_exception = False
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_event ADD CONSTRAINT no_more CHECK (verb <> 'audit.exported') NOT VALID")
        try:
            answer = client.post("/audit/export/", {"format": "csv"})
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE audit_event DROP CONSTRAINT no_more")
        assert answer.status_code == 500
        assert b"member.added" not in answer.content

    def test_batches_join_without_a_seam(self, client: Client, taker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(export, "BATCH", 2)
        made = [record("member.added", taker, actor=taker).pk for _ in range(5)]
        rows = rows_of(client.post("/audit/export/", {"format": "csv", "verb": "member.added"}))
        assert [int(row["id"]) for row in rows] == made[::-1]

    def test_more_than_a_file_holds_is_refused_with_a_reason(
        self, client: Client, taker: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(export, "MOST", 1)
        for _ in range(2):
            record("member.added", taker, actor=taker)
        answer = client.post("/audit/export/", {"format": "csv", "verb": "member.added"}, follow=True)
        assert "Narrow what you are looking at" in answer.text
        assert answer.redirect_chain == [("/audit/?verb=member.added", 302)]
        assert not Event.objects.filter(verb="audit.exported").exists()

    @pytest.mark.parametrize("form", [{}, {"format": "xlsx"}, {"format": "csv", "since": "never"}])
    def test_what_cannot_be_understood_is_not_given(self, client: Client, taker: Any, form: dict[str, str]) -> None:
        assert "Nothing was exported" in client.post("/audit/export/", form, follow=True).text

    def test_it_asks_for_a_right_and_for_a_proof(self, client: Client, taker: Any) -> None:
        Session.objects.of(taker).forget_proofs()
        assert client.post("/audit/export/", {"format": "csv"}).headers["Location"].startswith("/confirm/")
        reader = make_user("Connector admin")
        client.force_login(reader)
        assert client.post("/audit/export/", {"format": "csv"}).status_code == 403
        assert "CSV" not in client.get("/audit/").text
