"""Values of any kind: hostile, odd, too long; they are kept, and found."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from connectors.models import Connector
from connectors.sync import Stored
from people.models import Account, Person
from tests.accounts import store, user
from tests.factories import make_connector

pytestmark = pytest.mark.django_db


@pytest.fixture
def contoso() -> Connector:
    return make_connector("Contoso")


HOSTILE = [
    "<script>alert(1)</script>", "Robert'); DROP TABLE people_person;--", "a\0b", "\0", "\\N", "\\.", "tab\t\nline\r",
    "{{7*7}}", "%(connector)s", "\u202egnp.exe", "Z\u0351\u034c\u0310a\u0325", "👩🏽‍💻", "佐藤 陽子", "' | !x:* & y",
    "\ud800 half", "İ" * 400, "ﷺ" * 300, "x" * 5000, "½²ªº", "null", "None", " ", "a'b\\c",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_values_are_kept_as_far_as_a_column_takes_them(contoso: Connector, text: str) -> None:
    names = ["displayName", "mail", "userPrincipalName", "department", "jobTitle", "employeeId", "usageLocation"]
    hostile = user(**dict.fromkeys(names, text), businessPhones=[text], userType=text)
    assert store(contoso, hostile) == Stored(1, 0, 0)
    assert store(contoso, hostile) == Stored(0, 0, 0)
    account = Account.objects.get()
    kept = text.replace("\0", "").encode("utf-8", "ignore").decode()
    assert account.display_name == kept[:256]
    assert account.mail == kept[:320]
    assert store(contoso, user()) == Stored(0, 1, 0)
    assert store(contoso, hostile) == Stored(0, 1, 0)
    assert Account.objects.get().display_name == kept[:256]
    found = Person.objects.matching(kept)
    assert found.count() == 1
    assert found.get().pk == account.person_id


@pytest.mark.parametrize("value", [None, [], [None], ["+49 1", "+49 2"], "+49", 17])
def test_business_phones_of_any_kind(contoso: Connector, value: Any) -> None:
    store(contoso, user(businessPhones=value))
    assert Account.objects.get().business_phone == ("+49 1" if value == ["+49 1", "+49 2"] else "")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_has_no_column_is_kept_under_the_names_of_graph(contoso: Connector, text: str) -> None:
    address = {
        "streetAddress": text,
        "otherMails": [text],
        "onPremisesExtensionAttributes": {"extensionAttribute1": text},
    }
    assert store(contoso, user(**address)) == Stored(1, 0, 0)
    assert store(contoso, user(**address)) == Stored(0, 0, 0)
    kept = text.replace("\0", "").encode("utf-8", "ignore").decode()
    assert Account.objects.get().more.get("streetAddress", "") == kept
    assert Account.objects.get().more["otherMails"] == [kept]
    assert store(contoso, user()) == Stored(0, 1, 0)
    assert Account.objects.get().more == {}


def test_what_is_empty_is_not_kept(contoso: Connector) -> None:
    store(contoso, user(otherMails=[], faxNumber=None, employeeOrgData={"division": None, "costCenter": "7"}))
    assert Account.objects.get().more == {"employeeOrgData": {"costCenter": "7"}}
    parts = dict.fromkeys(["division", "costCenter"])
    assert store(contoso, user(identities=[], employeeOrgData=parts, onPremisesExtensionAttributes=None)).changed == 1
    assert Account.objects.get().more == {}


def test_what_is_too_long_is_left_out(contoso: Connector) -> None:
    store(contoso, user(faxNumber="1", otherMails=["x" * 100_000], licenseAssignmentStates=[{"skuId": "y" * 4000}]))
    assert set(Account.objects.get().more) == {"faxNumber", "licenseAssignmentStates"}


names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


class AnyName(TestCase):
    """Whatever the name: it is kept, and each of its words finds it."""

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(name=names, department=names)
    def test_any_name(self, name: str, department: str) -> None:
        connector = make_connector("Any")
        store(connector, user(displayName=name, department=department))
        person = Person.objects.get()
        for word in [*name.split(), *department.split()]:
            assert list(Person.objects.matching(word)) == [person]
