"""When everybody last signed in, where that may be read."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.graph import Refused
from connectors.models import Connector
from connectors.sync.sign_in_stream import SignIns, last_sign_in
from people.models import Account
from tests.rounds import THREE_PAGES, State, carry_out, object_id, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page_a_batch", "no_threads_left")]
SUCCESS, ATTEMPT = "2026-11-20T08:00:00Z", "2026-11-22T08:00:00Z"


@pytest.mark.parametrize(
    ("activity", "expected"),
    [
        (None, None),
        ({"lastSignInDateTime": ATTEMPT}, ATTEMPT),
        ({"lastSignInDateTime": ATTEMPT, "lastSuccessfulSignInDateTime": SUCCESS}, SUCCESS),
        ({"lastSignInDateTime": ATTEMPT, "lastSuccessfulSignInDateTime": "0001-01-01T00:00:00Z"}, ATTEMPT),
        ({"lastSignInDateTime": 5}, None),
    ],
)
def test_a_sign_in_that_succeeded_counts_before_an_attempt(activity: Any, expected: str | None) -> None:
    assert last_sign_in({"signInActivity": activity}) == expected


def entries(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": object_id(number), "signInActivity": {"lastSignInDateTime": ATTEMPT}} for number in numbers]


def test_they_are_read_to_the_last_page_and_once_a_day(contoso: Connector, reads: Any) -> None:
    contoso.import_sign_ins = True
    contoso.save()
    pages = {
        "/users": {"value": entries(1, 99), "@odata.nextLink": "sign-ins-2"},
        "sign-ins-2": {"value": [*entries(2), {"id": object_id(3)}]},
    }
    reads({**THREE_PAGES, **pages})
    run = carry_out(contoso)
    assert run.state == State.SUCCEEDED
    assert told(run, "sign_ins") == {
        "read": 4,
        "added": 0,
        "changed": 2,
        "removed": 0,
        "full": True,
        "note": "",
    }
    known = Account.objects.exclude(last_sign_in_at=None)
    assert {str(account.object_id) for account in known} == {object_id(1), object_id(2)}
    contoso.refresh_from_db()
    assert not SignIns().is_wanted(contoso)
    contoso.sign_ins_read_at = timezone.now() - timedelta(days=1)
    assert SignIns().is_wanted(contoso)


def test_where_that_is_refused_it_is_left_out_with_a_note(contoso: Connector, reads: Any) -> None:
    contoso.import_sign_ins = True
    contoso.save()
    reads({**THREE_PAGES, "/users": Refused("No.", status=403, code="Authorization_RequestDenied")})
    run = carry_out(contoso)
    assert run.state == State.SUCCEEDED
    assert "AuditLog.Read.All" in run.counts["sign_ins"]["note"]
    contoso.refresh_from_db()
    assert contoso.sign_ins_read_at is None


def test_nobody_asks_where_they_are_not_imported(contoso: Connector) -> None:
    assert not SignIns().is_wanted(contoso)
