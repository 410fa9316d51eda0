"""The people: the same for the same seed, believable in their mix, and as many as one wants."""

import re
import time

import pytest

from neurons_admin.demo.cast import PARTS
from neurons_admin.demo.directory import Change, Directory
from neurons_admin.demo.people import Population
from neurons_admin.demo.properties import KNOWN, check_values

UPN = re.compile(r"^[A-Za-z0-9'._\-!#^~]+@contoso\.example$")


@pytest.fixture(scope="module")
def people():
    return list(Population(200, 1))


def share(people, test):
    return sum(map(test, people)) / len(people)


def test_the_same_seed_makes_the_same_people(people):
    assert list(Population(200, 1)) == people
    assert list(Population(5000, 1))[:200] == people
    assert {person.id for person in Population(200, 2)}.isdisjoint(person.id for person in people)


def test_ids_and_sign_in_names_are_unique():
    many = list(Population(12_000, 3))
    assert len({person.id for person in many}) == len({person.upn.lower() for person in many}) == 12_000
    assert all(UPN.match(person.upn) for person in many)


def test_the_mix(people):
    ordinary = people[len(PARTS) :]
    assert 0.08 <= share(ordinary, lambda person: person.is_synced) <= 0.22
    assert 0.03 <= share(ordinary, lambda person: person.is_guest) <= 0.10
    assert 0.02 <= share(ordinary, lambda person: not person.properties["accountEnabled"]) <= 0.08
    assert 0.01 <= share(ordinary, lambda person: "department" not in person.properties) <= 0.25
    assert all("#EXT#" in person.upn for person in people if person.is_guest)
    assert len({person.properties.get("country") for person in people}) > 10


def test_every_property_is_one_that_graph_knows(people):
    assert set().union(*(person.properties for person in people)) <= KNOWN


def test_values_are_ones_that_graph_would_take(people):
    writable = (
        "department",
        "jobTitle",
        "employeeId",
        "businessPhones",
        "usageLocation",
        "officeLocation",
        "givenName",
    )
    for person in people:
        body = {name: person.properties[name] for name in writable if person.properties.get(name) is not None}
        check_values(body, ("contoso.example",))


def test_managers_are_people_of_the_tenant_and_never_oneself(people):
    known = {person.id for person in people}
    assert all(person.manager_id in known and person.manager_id != person.id for person in people if person.manager_id)
    assert all(person.manager_id is None for person in people if person.is_guest)


def test_a_hundred_thousand_are_ready_at_once():
    began = time.perf_counter()
    directory = Directory(100_000, 1)
    assert time.perf_counter() - began < 3
    assert directory.at(99_999).upn.endswith("@contoso.example")


def test_users_are_never_changed_in_place(people):
    directory = Directory(200, 1)
    before = directory.at(1)
    after = directory.apply(Change("update", before.id, "2026-01-01T00:00:00Z", {"department": "Sales"}))
    assert before.properties["department"] == "Retail"
    assert after.properties["department"] == directory.at(1).properties["department"] == "Sales"
