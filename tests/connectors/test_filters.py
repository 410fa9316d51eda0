"""Who of a tenant is imported."""

from typing import Any

import pytest

from people.models import Account
from tests.rounds import carry_out, page, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page_a_batch", "no_threads_left")]

EVERYBODY = page(
    user(1, department="Sales", userPrincipalName="1@contoso.com"),
    user(2, department=" sales ", userPrincipalName="2@fabrikam.com", accountEnabled=False),
    user(3, userType="Guest", department="Legal", userPrincipalName="3_x.com#EXT#@contoso.com"),
    user(4, userPrincipalName="4@mail.contoso.com"),
)


def imported() -> set[int]:
    return {int(str(each)[-2:]) for each in Account.objects.filter(removal="").values_list("object_id", flat=True)}


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, {1, 2, 3, 4}),
        ({"import_guests": False}, {1, 2, 4}),
        ({"import_members": False}, {3}),
        ({"import_disabled": False}, {1, 3, 4}),
        ({"import_departments": ["SALES"]}, {1, 2}),
        ({"import_departments": ["Sales", "Legal"], "import_guests": False}, {1, 2}),
        ({"import_domains": ["contoso.com"]}, {1, 3}),
        ({"import_domains": ["contoso.com"], "import_departments": ["Sales"]}, {1}),
    ],
)
def test_only_those_who_meet_every_condition_are_imported(
    contoso: Any, reads: Any, conditions: dict[str, Any], expected: set[int]
) -> None:
    for name, value in conditions.items():
        setattr(contoso, name, value)
    contoso.save()
    reads({"first": EVERYBODY})
    carry_out(contoso)
    assert imported() == expected
    assert Account.objects.count() == len(expected)


def test_who_no_longer_meets_them_is_left_out_and_not_lost_and_comes_back(contoso: Any, reads: Any) -> None:
    contoso.import_disabled = False
    contoso.save()
    reads({"first": page(user(1), user(2), delta="delta-1")})
    carry_out(contoso)
    reads({"delta-1": page(user(2, accountEnabled=False), delta="delta-2")})
    carry_out(contoso)
    assert imported() == {1}
    assert Account.objects.get(removal="excluded").display_name.endswith(" 2")
    reads({"delta-2": page(user(2), delta="delta-3")})
    carry_out(contoso)
    assert imported() == {1, 2}
