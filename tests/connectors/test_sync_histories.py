"""Whatever happens in a tenant and however often the worker dies: in the end everybody is as the tenant has them."""

from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from connectors import sync
from connectors.models import Connector
from connectors.sync import engine
from people import imports
from people.models import Account
from tests.factories import make_connector
from tests.fakes import Crash, FakeReader
from tests.rounds import Sink, State, begin, go_on, object_id, page, removed, user

# Who, and what becomes of them: a name and a manager (created, changed or restored), or deleted, or gone for good.
CHANGES = st.tuples(
    st.integers(1, 6),
    st.one_of(st.tuples(st.sampled_from("ABC"), st.integers(0, 6)), st.sampled_from(["changed", "deleted"])),
)
ROUNDS = st.lists(st.lists(CHANGES, max_size=8), min_size=1, max_size=4)
# Of how many objects each page is; none makes an empty one. When the worker dies, counted in pages stored.
SIZES = st.lists(st.integers(0, 3), min_size=1, max_size=4)
DEATHS = st.sets(st.integers(1, 12), max_size=5)


def told(number: int, what: Any) -> dict[str, Any]:
    if isinstance(what, str):
        return removed(number, what)
    name, manager = what
    return user(number, displayName=name, manager={"id": object_id(manager)} if manager else None)


def pages_of(entries: list[dict[str, Any]], sizes: list[int], first: str, delta: str) -> dict[str, Any]:
    """One round: pages of these sizes in turn, each of which tells the last object of the one before again."""
    parts, at = [], 0
    for turn in range(len(entries) * len(sizes) + 1):
        size = sizes[turn % len(sizes)]
        parts.append(entries[max(at - 1, 0) : at + size] if size else [])
        at += size
    parts.append(entries[max(at - 1, 0) :])
    links = [first, *(f"{first}-{number}" for number in range(1, len(parts))), ""]
    return {
        link: page(*part, following=following, delta="" if following else delta)
        for link, following, part in zip(links, links[1:], parts, strict=False)
    }


def rows() -> dict[str, tuple[str, str]]:
    found = Account.objects.filter(removal="").values_list("object_id", "display_name", "manager_id")
    return {str(who): (name, str(manager or "")) for who, name, manager in found}


@pytest.mark.usefixtures("no_threads_left")
class TestHistories(TestCase):
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(history=ROUNDS, sizes=SIZES, deaths=DEATHS, after=st.booleans())
    def test_killed_anywhere_it_ends_as_the_tenant_is(
        self, history: Any, sizes: list[int], deaths: set[int], after: bool
    ) -> None:
        contoso, truth = make_connector("Contoso"), {}
        left, stores = set(deaths), [0]

        def die(_: int) -> None:
            stores[0] += 1
            if stores[0] in left:
                raise Crash

        for number, changes in enumerate(history):
            for who, what in changes:
                truth.pop(object_id(who), None)
                if not isinstance(what, str):
                    truth[object_id(who)] = (what[0], object_id(what[1]) if what[1] else "")
            first = f"delta-{number}" if number else "first"
            reader = FakeReader(pages_of([told(*change) for change in changes], sizes, first, f"delta-{number + 1}"))
            with (
                patch.object(Connector, "graph_for_sync", lambda _, reader=reader: reader),
                patch.object(engine, "ROWS_A_BATCH", 1),
            ):
                self._carry_out(contoso, Sink(**{"after" if after else "before": die}))
            assert rows() == truth

    def _carry_out(self, connector: Connector, sink: Sink) -> None:
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
        assert (run.state, imports.known(connector.pk, "people")) == (State.SUCCEEDED, len(rows()))
