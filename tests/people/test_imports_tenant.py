"""What is around people, brought in from the demo tenant."""

import pytest

from connectors.models import Connector
from people import imports
from people.models import Account, Device, Group, Licence, Membership
from tests.people.tenant import Tenant, account_of, synchronise

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


def rows_of() -> list[set[object]]:
    """All that is kept around people, without when it was read."""
    return [
        set(Group.objects.values_list("object_id", "name", "kind", "dynamic", "synced", "role_assignable")),
        set(Membership.objects.values_list("group__object_id", "member_id")),
        set(Licence.objects.values_list("sku_id", "enabled", "consumed")),
        set(Device.objects.values_list("object_id", "owner_id", "name")),
        {(account.object_id, str(account.directory_roles)) for account in Account.objects.all()},
        set(Account.objects.values_list("object_id", "in_role_group", "manager_id")),
    ]


def test_everything_around_people_comes_in(tenant: Tenant, contoso: Connector) -> None:
    run = contoso.sync_runs.get()
    assert [row["name"] for row in run.rows] == ["People", "Groups", "Licences", "Directory roles", "Devices"]
    assert all(row["read"] and not row["note"] for row in run.rows)
    assert all(rows_of())
    admin = account_of(tenant, "global_admin")
    assert GLOBAL_ADMINISTRATOR in admin.directory_roles
    assert account_of(tenant, "role_group_member").in_role_group
    assert account_of(tenant, "adele").directory_roles == []
    assert account_of(tenant, "adele").in_role_group is False
    assert Device.objects.of(account_of(tenant, "adele")).count() == 2


def test_a_second_time_changes_nothing(tenant: Tenant, contoso: Connector) -> None:
    before = rows_of()
    run = synchronise(contoso)
    assert rows_of() == before
    assert [row["added"] + row["changed"] + row["removed"] for row in run.rows] == [0] * 5
    assert [row["read"] for row in run.rows[:2]] == [0, 0]


def test_reading_one_again_agrees_with_what_a_synchronisation_brings(tenant: Tenant, contoso: Connector) -> None:
    before = rows_of()
    for key in ("adele", "megan", "global_admin", "role_group_member"):
        imports.read_again(account_of(tenant, key))
    assert rows_of() == before
