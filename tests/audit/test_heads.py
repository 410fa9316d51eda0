"""The head of the chain is kept outside, and tells of an end that was cut off."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from neurons_admin.audit import heads
from neurons_admin.audit.models import KeptHead, record
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Path:
    settings.AUDIT_HEADS = str(tmp_path / "heads")
    return tmp_path / "heads"


def do_something() -> None:
    with transaction.atomic():
        record("member.added", make_user(), actor=None)


def an_hour_later() -> None:
    KeptHead.objects.update(kept_at=timezone.now() - timedelta(hours=1, seconds=1))


def test_it_is_written_to_the_file_and_to_the_log(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    do_something()
    assert heads.keep_if_due()
    (kept,) = heads.kept_in(place)
    assert kept.position == 1
    assert heads.written(kept) in caplog.text
    assert place.stat().st_mode & 0o777 == 0o600


def test_once_an_hour_and_only_if_something_happened(place: Path) -> None:
    assert not heads.keep_if_due()
    do_something()
    assert heads.keep_if_due()
    do_something()
    assert not heads.keep_if_due()
    an_hour_later()
    assert heads.keep_if_due()
    an_hour_later()
    assert not heads.keep_if_due()
    assert [head.position for head in heads.kept_in(place)] == [1, 2]


def test_a_file_that_cannot_be_written_is_tried_again(place: Path, caplog: pytest.LogCaptureFixture) -> None:
    place.mkdir()
    do_something()
    assert not heads.keep_if_due()
    assert "could not be kept" in caplog.text
    place.rmdir()
    assert heads.keep_if_due()


def test_the_kept_heads_fit_what_was_recorded(place: Path) -> None:
    do_something()
    heads.keep_if_due()
    do_something()
    call_command("verify_audit", heads=[*heads.kept_in(place)])
    call_command("verify_audit", "--heads", str(place))


def test_an_end_that_was_cut_off_shows(place: Path) -> None:
    for _ in range(3):
        do_something()
    heads.keep_if_due()
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_link WHERE position = 3)")
        cursor.execute("DELETE FROM audit_link WHERE position = 3")
    call_command("verify_audit")
    with pytest.raises(CommandError, match="Position 3, named by a head kept outside, is missing: the end was cut"):
        call_command("verify_audit", "--heads", str(place))


@pytest.mark.parametrize("text", ["nonsense", "2026-01-01T00:00:00Z 0:00", "1:zz", ""])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "other").write_text(text)
    if text:
        with pytest.raises(CommandError, match="no file of heads"):
            call_command("verify_audit", "--heads", str(tmp_path / "other"))
    with pytest.raises(CommandError, match="no file of heads"):
        call_command("verify_audit", "--heads", str(tmp_path / "missing"))


def test_the_page_says_when_it_is_overdue(place: Path, client: Any, settings: Any) -> None:
    client.force_login(make_user(is_superuser=True))
    assert "not kept outside" not in client.get("/audit/").text
    do_something()
    heads.keep_if_due()
    do_something()
    assert "not kept outside" not in client.get("/audit/").text
    KeptHead.objects.update(kept_at=timezone.now() - timedelta(hours=4))
    assert "not kept outside" in client.get("/audit/").text
    settings.AUDIT_HEADS = ""
    assert "not kept outside" not in client.get("/audit/").text
