"""The two credentials of a connector: of one tenant, and two app registrations unless somebody wants it otherwise."""

import uuid

import pytest

from connectors.actions import DisableAccount
from connectors.pair import Objection, Pair
from connectors.readiness import facts_about, verdict
from tests.factories import make_checked_credential, make_connector, make_credential

pytestmark = pytest.mark.django_db


def test_two_registrations_of_one_tenant_are_well():
    assert Pair(make_credential("read"), make_credential("act")).objection is None


@pytest.mark.parametrize("missing", [(None, None), (None, 1), (1, None)])
def test_one_alone_is_well(missing):
    assert Pair(*(side and make_credential("one") for side in missing)).objection is None


def test_one_row_for_both_is_never_well():
    both = make_credential("both")
    assert Pair(both, both, same_app_accepted=True).objection is Objection.SAME_ROW


@pytest.mark.parametrize("difference", [{"tenant_id": uuid.uuid4()}, {"cloud": "china"}])
def test_two_tenants_are_never_well(difference):
    pair = Pair(make_credential("read"), make_credential("act", **difference), same_app_accepted=True)
    assert pair.objection is Objection.OTHER_TENANT


def test_one_app_for_both_has_to_be_wanted():
    reading = make_credential("read")
    acting = make_credential("act", client_id=reading.client_id)
    assert Pair(reading, acting).objection is Objection.SAME_APP
    assert Pair(reading, acting, same_app_accepted=True).objection is None


def test_every_objection_says_why_in_a_sentence():
    for objection in Objection:
        assert len(objection.value.split()) > 15


def test_a_pair_that_is_no_longer_well_keeps_actions_from_running():
    connector = make_connector("Contoso", action_credential=make_checked_credential("act"))
    assert verdict(DisableAccount, facts_about(connector, DisableAccount)).ready
    connector.sync_credential.tenant_id = uuid.uuid4()
    refused = verdict(DisableAccount, facts_about(connector, DisableAccount))
    assert not refused.ready
    assert refused.reason == Objection.OTHER_TENANT
