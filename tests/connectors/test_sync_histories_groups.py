"""Groups, members and filters: killed anywhere, a synchronisation leaves the rows that an undisturbed one leaves."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from connectors import sync
from connectors.models import Connector
from connectors.sync import engine
from people import imports
from people.models import Account, Group, Membership
from tests.factories import make_connector
from tests.fakes import Crash, FakeReader
from tests.rounds import Sink, State, begin, carry_out, go_on, page, user
from tests.tenant_model import TenantModel, paged

GROUP, WHO = st.integers(1, 3), st.integers(1, 4)
CHANGES = st.one_of(
    st.tuples(st.just("name_group"), GROUP, st.sampled_from("AB")),
    st.tuples(st.sampled_from(["join", "leave"]), GROUP, WHO),
    st.tuples(st.just("remove_group"), GROUP, st.sampled_from(["changed", "deleted"])),
    st.tuples(st.just("put_person"), WHO, st.tuples(st.sampled_from("AB"), st.sampled_from(["Sales", "Legal"]))),
    st.tuples(st.just("remove_person"), WHO, st.sampled_from(["changed", "deleted"])),
)
# What is wanted, and whether the links of groups are lost: everything is then told again.
ROUNDS = st.lists(
    st.tuples(st.lists(CHANGES, max_size=8), st.sampled_from([(), ("Sales",), ("Sales", "Legal")]), st.booleans()),
    min_size=2,
    max_size=4,
)
# A group that is deleted, is still so in a round that tells everything, and comes back.
RESTORED = [
    ([("name_group", 1, "A"), ("join", 1, 1)], (), False),
    ([("remove_group", 1, "changed")], (), False),
    ([], (), True),
    ([("name_group", 1, "B")], (), False),
]
SIZES = st.lists(st.integers(0, 3), min_size=1, max_size=3).filter(any)
DEATHS = st.sets(st.integers(1, 20), max_size=6)


def group_rows(connector: Connector) -> dict[str, tuple[str, bool, frozenset[str]]]:
    members: dict[int, set[str]] = {}
    for group, member in Membership.objects.filter(group__connector=connector).values_list("group_id", "member_id"):
        members.setdefault(group, set()).add(str(member))
    found = Group.objects.filter(connector=connector).values_list("pk", "object_id", "name", "removed_at")
    return {str(who): (name, gone is None, frozenset(members.get(pk, ()))) for pk, who, name, gone in found}


def people_rows(connector: Connector) -> dict[str, tuple[str, str, str]]:
    found = Account.objects.filter(connector=connector).values_list(
        "object_id", "display_name", "department", "removal"
    )
    return {str(who): (name, department, removal) for who, name, department, removal in found}


@pytest.mark.usefixtures("no_threads_left")
class TestHistories(TestCase):
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(history=ROUNDS, sizes=SIZES, deaths=DEATHS, after=st.booleans())
    @example(history=RESTORED, sizes=[1], deaths={2, 5}, after=True)
    def test_killed_anywhere_its_rows_are_those_of_an_undisturbed_one(
        self, history: Any, sizes: list[int], deaths: set[int], after: bool
    ) -> None:
        killed, undisturbed = (make_connector(name, import_groups=True) for name in ("Contoso", "Fabrikam"))
        tenant, left, stores = TenantModel(), set(deaths), [0]

        def die(_: int) -> None:
            stores[0] += 1
            if stores[0] in left:
                raise Crash

        deadly, before = Sink(**{"after" if after else "before": die}), None
        for number, (changes, wanted, lost) in enumerate(history):
            everybody, all_groups = wanted != before, lost or not number
            # What changed before a group was deleted is told by nobody where all is read anew: members change last.
            order = sorted(changes, key=lambda change: all_groups and change[0] in ("join", "leave"))
            told = [tenant.apply(*change) for change in order]
            people, groups = ([entry for kind, entry in told if kind == wish and entry] for wish in ("person", "group"))
            pages = paged(
                tenant.all_people() if everybody else people,
                sizes, "first" if everybody else f"delta-{number}", f"delta-{number + 1}",
            ) | paged(
                tenant.all_groups() if all_groups else groups,
                sizes, "groups" if all_groups else f"groups-{number}", f"groups-{number + 1}",
            )  # fmt: skip
            forgotten = {"delta_link": ""} if everybody else {}
            forgotten |= {"groups_delta_link": ""} if all_groups else {}
            Connector.objects.update(import_departments=list(wanted), **forgotten)
            before = wanted
            for connector, sink in ((killed, deadly), (undisturbed, imports)):
                self._carry_out(connector, sink, pages)
            assert group_rows(killed) == group_rows(undisturbed)
            assert people_rows(killed) == people_rows(undisturbed)
            self._is_as(tenant, killed, wanted)

    def _is_as(self, tenant: TenantModel, connector: Connector, wanted: Any) -> None:
        there = {who: (name, members) for who, (name, there, members) in group_rows(connector).items() if there}
        assert there == tenant.groups_there()
        shown = {who: row[:2] for who, row in people_rows(connector).items() if not row[2]}
        assert shown == {who: row for who, row in tenant.people_there().items() if not wanted or row[1] in wanted}

    def _carry_out(self, connector: Connector, sink: Any, pages: dict[str, Any]) -> None:
        reader = FakeReader(pages)
        connector.refresh_from_db()
        with (
            patch.object(Connector, "graph_for_sync", lambda _: reader),
            patch.object(engine, "ROWS_A_BATCH", 1),
        ):
            run = begin(connector)
            try:
                sync.carry_out(run.pk, sink)
            except Crash:
                while True:
                    try:
                        go_on(run, sink)
                        break
                    except Crash:
                        continue
        run.refresh_from_db()
        notes = [told["note"] for told in run.counts.values() if told["note"]]
        assert (run.state, run.message, notes) == (State.SUCCEEDED, "", [])


@pytest.mark.django_db
@pytest.mark.usefixtures("no_threads_left")
def test_a_deleted_group_keeps_its_members_through_a_full_round(contoso: Connector, reads: Any) -> None:
    Connector.objects.update(import_groups=True)
    tenant = TenantModel()
    tenant.name_group(1, "Sales")
    tenant.join(1, 2)
    reader = reads({"first": page(user(2)), "groups": page(*tenant.all_groups(), delta="groups-1")})
    carry_out(contoso)
    tenant.remove_group(1, "changed")
    reader.scripted |= {"delta-1": page(), "groups": page(*tenant.all_groups(), delta="groups-2")}
    Connector.objects.update(groups_delta_link="")
    contoso.refresh_from_db()
    assert carry_out(contoso).counts["groups"]["removed"] == 1
    reader.scripted |= {"groups-2": page(tenant.name_group(1, "Sales"), delta="groups-3")}
    contoso.refresh_from_db()
    carry_out(contoso)
    there = {who: (name, members) for who, (name, there, members) in group_rows(contoso).items() if there}
    assert there == tenant.groups_there()
