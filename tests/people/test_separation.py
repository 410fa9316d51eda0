"""The separation self-check: what it proves after real work, and both ways in which it fails."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors import separation
from connectors.actions import DisableAccount
from connectors.models import Connector, GraphCall, SyncCall, SyncRun
from connectors.separation import ACTOR_LISTED, ACTOR_SYNCHRONISED, READER_WROTE, SYNC_WROTE, Record
from neurons_admin.access.models import User
from people.models import ActionCall
from tests.factories import make_account, make_connector, make_credential, make_run, make_user
from tests.people.tenant import Tenant, account_of
from tests.runs import ask, carry_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
PAGE = "/connectors/separation/"
USER = "/v1.0/users/8f0d9a52-9b3c-4b8e-8a55-3d6a4f0e9d11"


def keep(kind: type[GraphCall], client_id: Any, method: str = "GET", path: str = USER, **columns: Any) -> Any:
    values = {"status": 200, "request_id": "request-of-it", "started_at": timezone.now(), "milliseconds": 9}
    return kind.objects.create(  # type: ignore[attr-defined]
        client_id=client_id, method=method, path=path, client_request_id="ours", **{**values, **columns}
    )


def sync_call(connector: Connector, client_id: Any, method: str = "GET", path: str = USER, **columns: Any) -> SyncCall:
    run = SyncRun.objects.create(connector=connector, trigger="manual", state="succeeded")
    call: SyncCall = keep(SyncCall, client_id, method, path, run=run, **columns)
    return call


def action_call(
    connector: Connector, client_id: Any, method: str = "GET", path: str = USER, **columns: Any
) -> ActionCall:
    run = make_run(make_account(connector=connector))
    call: ActionCall = keep(ActionCall, client_id, method, path, run=run, purpose="act", **columns)
    return call


def reader_of(connector: Connector) -> uuid.UUID:
    assert connector.sync_credential
    return uuid.UUID(str(connector.sync_credential.client_id))


def actor_of(connector: Connector) -> uuid.UUID:
    assert connector.action_credential
    return uuid.UUID(str(connector.action_credential.client_id))


def of(client_id: Any) -> Record:
    return next(record for record in separation.records() if record.client_id == client_id)


def whys(client_id: Any) -> list[str]:
    return [offence.why for offence in of(client_id).offences]


@pytest.fixture
def contoso_beside() -> Connector:
    return make_connector("Contoso")


def test_it_passes_after_real_work(tenant: Tenant, contoso: Connector, dana: User, client: Client) -> None:
    carry_out(ask(account_of(tenant, "adele"), dana, DisableAccount))
    reader, actor = of(reader_of(contoso)), of(actor_of(contoso))
    assert (reader.reads, reader.acts, reader.offences, reader.writes) == (True, False, [], 0)
    assert (actor.reads, actor.acts, actor.offences, actor.writes) == (False, True, [], 1)
    assert reader.calls >= 5
    assert {record.client_id for record in separation.records()} == {reader.client_id, actor.client_id}
    client.force_login(make_user("Connector admin"))
    assert "Reading and acting were kept apart" in client.get(PAGE).content.decode()


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_it_fails_where_a_synchronisation_wrote(contoso_beside: Connector, method: str) -> None:
    reader = reader_of(contoso_beside)
    call = sync_call(contoso_beside, reader, method)
    (offence,) = of(reader).offences
    assert (offence.why, offence.count, list(offence.calls)) == (SYNC_WROTE, 1, [call])


def test_it_fails_where_a_run_wrote_with_the_credential_that_reads(contoso_beside: Connector) -> None:
    action_call(contoso_beside, reader_of(contoso_beside), "PATCH")
    assert whys(reader_of(contoso_beside)) == [READER_WROTE]


def test_a_run_that_only_read_with_it_wrote_nothing(contoso_beside: Connector) -> None:
    action_call(contoso_beside, reader_of(contoso_beside))
    assert whys(reader_of(contoso_beside)) == []


def test_it_fails_where_what_acts_synchronised(contoso_beside: Connector) -> None:
    sync_call(contoso_beside, actor_of(contoso_beside), path="/v1.0/users/delta")
    assert whys(actor_of(contoso_beside)) == [ACTOR_SYNCHRONISED]


@pytest.mark.parametrize(
    ("path", "is_list"),
    [
        ("/v1.0/users/delta", True),
        ("/v1.0/users?$select=id", True),
        ("/v1.0/groups/delta?$select=id,members", True),
        ("/v1.0/devices", True),
        (f"{USER}?$select=id", False),
        (f"{USER}/manager/$ref", False),
        (f"{USER}/registeredDevices/microsoft.graph.device", False),
        (f"{USER}/authentication/methods", False),
    ],
)
def test_an_action_reads_one_person_and_never_a_whole_list(contoso_beside: Connector, path: str, is_list: bool) -> None:
    action_call(contoso_beside, actor_of(contoso_beside), path=path)
    assert whys(actor_of(contoso_beside)) == ([ACTOR_LISTED] if is_list else [])


def test_one_app_for_both_fails_although_it_was_agreed_to() -> None:
    reading, acting = make_credential("Both read"), make_credential("Both act")
    acting.client_id = reading.client_id
    acting.save()
    both = make_connector("Both", sync_credential=reading, action_credential=acting, same_app_accepted=True)
    sync_call(both, reading.client_id)
    action_call(both, reading.client_id, "PATCH")
    assert sorted(whys(reading.client_id)) == sorted([ACTOR_SYNCHRONISED, READER_WROTE])
    assert of(reading.client_id).accepted_on == [both]


def test_one_that_no_connector_uses_any_more_is_judged_by_what_it_did(contoso_beside: Connector) -> None:
    gone = uuid.uuid4()
    sync_call(contoso_beside, gone)
    assert whys(gone) == []
    action_call(contoso_beside, gone, "PATCH")
    assert sorted(whys(gone)) == sorted([ACTOR_SYNCHRONISED, READER_WROTE])


def test_what_is_older_than_thirty_days_does_not_count(contoso_beside: Connector) -> None:
    sync_call(contoso_beside, reader_of(contoso_beside), "PATCH", started_at=timezone.now() - timedelta(days=31))
    assert (of(reader_of(contoso_beside)).calls, whys(reader_of(contoso_beside))) == (0, [])


def test_of_a_call_without_an_app_it_cannot_tell_but_that_a_synchronisation_wrote(contoso_beside: Connector) -> None:
    action_call(contoso_beside, None, "PATCH")
    assert (of(None).calls, whys(None)) == (1, [])
    sync_call(contoso_beside, None, "PATCH")
    assert whys(None) == [SYNC_WROTE]


def test_the_number_of_queries_does_not_grow_with_calls(
    contoso_beside: Connector, django_assert_max_num_queries: Any
) -> None:
    for _ in range(30):
        sync_call(contoso_beside, reader_of(contoso_beside), "PATCH")
    with django_assert_max_num_queries(8):
        (offence,) = of(reader_of(contoso_beside)).offences
    assert (offence.count, len(offence.calls)) == (30, separation.SHOWN)


def test_the_page_lists_the_calls_with_their_ids_and_links(contoso_beside: Connector, client: Client) -> None:
    client.force_login(make_user("Connector admin"))
    assert "nothing to prove yet" in client.get(PAGE).content.decode()
    call = sync_call(contoso_beside, reader_of(contoso_beside), "PATCH")
    for url in (PAGE, reverse("connectors:separation_of", args=[contoso_beside.pk])):
        content = client.get(url).content.decode()
        for words in ("were not kept apart", SYNC_WROTE, "request-of-it", call.run.get_absolute_url(), "Contoso read"):
            assert words in content
        assert "/credentials/" not in content


def test_the_page_of_one_connector_is_about_its_own_credentials(contoso_beside: Connector, client: Client) -> None:
    client.force_login(make_user("Connector admin"))
    fabrikam = make_connector("Fabrikam")
    sync_call(contoso_beside, reader_of(contoso_beside), "PATCH")
    sync_call(fabrikam, reader_of(fabrikam))
    content = client.get(reverse("connectors:separation_of", args=[fabrikam.pk])).content.decode()
    assert "were kept apart" in content
    assert "Contoso read" not in content
