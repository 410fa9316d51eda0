"""Only the members of some groups are imported, whoever joins and leaves them."""

from collections.abc import Iterable
from typing import Any

import pytest

from connectors.graph import NotThere, Refused
from connectors.models import Connector, SyncCall
from connectors.sync import steering
from people import imports
from people.models import Account
from tests.factories import make_user
from tests.rounds import Sink, State, begin, carry_out, delta_of, go_on, object_id, page, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page_a_batch", "no_threads_left")]

SALES, FIELD = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
EVERYBODY = {
    "first": page(user(1), user(2), following="page-2"),
    "page-2": page(user(3), user(4)),
    "delta-1": page(),
}


def members_link(group: str) -> str:
    return f"/groups/{group}/transitiveMembers"


def members(*numbers: int) -> dict[str, Any]:
    people = [{"@odata.type": "#microsoft.graph.user", "id": object_id(number).upper()} for number in numbers]
    nested = {"@odata.type": "#microsoft.graph.group", "id": object_id(99)}
    return {"value": [nested, *people]}


def imported() -> set[int]:
    return {int(str(each)[-2:]) for each in Account.objects.filter(removal="").values_list("object_id", flat=True)}


@pytest.fixture
def sales(contoso: Connector) -> Connector:
    contoso.import_only_groups = [SALES]
    contoso.save()
    return contoso


@pytest.fixture
def tenant(reads: Any) -> Any:
    return reads({**EVERYBODY, members_link(SALES): members(1, 3)})


@pytest.mark.usefixtures("tenant")
def test_nobody_else_is_imported(sales: Connector) -> None:
    run = carry_out(sales)
    assert (run.state, imported(), Account.objects.count()) == (State.SUCCEEDED, {1, 3}, 2)
    assert delta_of(sales) == "delta-1"
    assert SyncCall.objects.filter(run=run, path__contains="transitiveMembers").count() == 1


def test_being_in_one_of_several_groups_is_enough(sales: Connector, tenant: Any) -> None:
    sales.import_only_groups = [SALES, FIELD]
    sales.save()
    tenant.scripted[members_link(FIELD)] = {**members(4), "@odata.nextLink": "more"}
    tenant.scripted["more"] = members(1)
    carry_out(sales)
    assert imported() == {1, 3, 4}


def test_while_nobody_joins_or_leaves_changes_are_enough(sales: Connector, tenant: Any) -> None:
    carry_out(sales)
    tenant.asked.clear()
    tenant.scripted["delta-1"] = page(user(2, jobTitle="Clerk"), user(3, displayName="Cornelia 3"), delta="delta-2")
    sales.refresh_from_db()
    run = carry_out(sales)
    assert (run.state, run.full, imported()) == (State.SUCCEEDED, False, {1, 3})
    assert "first" not in tenant.asked
    assert Account.objects.get(object_id=object_id(3)).display_name == "Cornelia 3"


def test_who_joins_comes_and_who_leaves_goes_though_no_change_of_theirs_is_told(sales: Connector, tenant: Any) -> None:
    carry_out(sales)
    tenant.scripted[members_link(SALES)] = members(2, 3)
    sales.refresh_from_db()
    run = carry_out(sales)
    assert (run.state, run.full, imported()) == (State.SUCCEEDED, True, {2, 3})
    assert Account.objects.get(object_id=object_id(1)).removal == "excluded"


@pytest.mark.parametrize(
    ("refusal", "next_step"),
    [
        (NotThere, "Choose another under What to import, and synchronise again."),
        (Refused, "The credential needs GroupMember.Read.All, with admin consent; then synchronise again."),
    ],
)
def test_a_group_that_cannot_be_read_ends_it_and_removes_nobody(
    sales: Connector, tenant: Any, refusal: type[Refused], next_step: str
) -> None:
    carry_out(sales)
    status = 404 if refusal is NotThere else 403
    tenant.scripted[members_link(SALES)] = refusal("That was it.", code="Authorization_RequestDenied", status=status)
    sales.refresh_from_db()
    run = carry_out(sales)
    assert (run.state, imported()) == (State.FAILED, {1, 3})
    words = f"The group {SALES}, from which people are imported, could not be read: That was it. {next_step}"
    assert run.message == words


def test_an_empty_group_is_not_believed_without_asking(sales: Connector, tenant: Any) -> None:
    tenant.scripted |= {"page-2": page(*map(user, range(3, 30))), members_link(SALES): members(*range(1, 30))}
    carry_out(sales)
    tenant.scripted[members_link(SALES)] = members()
    sales.refresh_from_db()
    run = carry_out(sales)
    # Two went with the first page, which alone would have been nothing to ask about.
    assert (run.state, len(imported())) == (State.HELD, 27)
    assert "Who is wanted was changed" in run.question_words
    assert steering.decide(run, "keep", actor=make_user("Connector admin"))
    tenant.scripted[members_link(SALES)] = members(*range(1, 30))
    sales.refresh_from_db()
    assert (carry_out(sales).state, len(imported())) == (State.SUCCEEDED, 29)


def killed(run: Any, at_store: int) -> None:
    """Let the worker die in the middle of the batch of that number."""

    def die(number: int) -> None:
        if number == at_store:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        from_here(run, Sink(after=die))


def from_here(run: Any, sink: Any = imports) -> None:
    go_on(run, sink)


@pytest.mark.parametrize("at_store", [1, 2])
@pytest.mark.parametrize("meanwhile", [(1, 3), (2, 4)])
def test_killed_on_any_page_it_ends_with_those_who_are_members_then(
    sales: Connector, tenant: Any, at_store: int, meanwhile: Iterable[int]
) -> None:
    run = begin(sales)
    killed(run, at_store)
    tenant.scripted[members_link(SALES)] = members(*meanwhile)
    from_here(run)
    from_here(run)
    run.refresh_from_db()
    assert (run.state, imported()) == (State.SUCCEEDED, set(meanwhile))


def test_who_is_looked_at_without_the_groups_at_hand_does_not_come_back(sales: Connector) -> None:
    assert not sales.people_filter.wants_everybody
    assert not sales.people_filter.wants(Account(object_id=object_id(1), user_type="Member"))
