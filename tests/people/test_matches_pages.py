"""The page of matches, and deciding there."""

import pytest
from django.test import Client
from django.urls import reverse

from people.models import Match, Person
from tests.factories import make_connector, make_user
from tests.people.test_matching import seen, third_account, two_apart

pytestmark = pytest.mark.django_db
URL = "/people/matches/"


@pytest.fixture
def people() -> tuple[Person, Person, Person]:
    return two_apart(make_connector("Contoso"), make_connector("Fabrikam"))


@pytest.fixture
def pia(client: Client) -> Client:
    client.force_login(make_user("People admin", username="pia"))
    return client


def test_the_lists_lead_there_for_those_who_may(pia: Client, people: tuple[Person, ...]) -> None:
    assert "1 match to decide" in " ".join(pia.get("/people/").text.split())
    assert Match.objects.get().get_absolute_url() in pia.get(people[0].get_absolute_url()).text
    pia.force_login(make_user("Viewer"))
    assert "to decide" not in pia.get("/people/").text
    assert URL not in pia.get(people[0].get_absolute_url()).text


def test_they_are_shown_side_by_side(pia: Client, people: tuple[Person, ...]) -> None:
    text = pia.get(URL).text
    for words in ("Adele Vance", "Adele Old", "Adele Guest", "Contoso", "Fabrikam", "Sales", "adele@contoso.example"):
        assert words in text


def test_joining_says_what_will_happen_and_does_it(pia: Client, people: tuple[Person, ...]) -> None:
    asked = pia.get(reverse("people:join"), {"person": [people[0].pk, people[2].pk]}).text
    assert "become one person with 2 accounts" in asked
    assert seen(people[0], people[2]) in asked
    done = pia.post(reverse("people:join"), {"seen": seen(people[0], people[2])}, follow=True)
    assert "Joined." in done.text
    assert "2 accounts" in done.text
    assert reverse("people:part", args=[people[0].pk, third_account().pk]) in done.text


def test_two_of_one_directory_need_a_word(pia: Client, people: tuple[Person, ...]) -> None:
    words = {"seen": seen(people[0], people[1])}
    assert "Contoso has several of these accounts" in pia.post(reverse("people:join"), words, follow=True).text
    assert Person.objects.count() == 3
    assert "Joined." in pia.post(reverse("people:join"), {**words, "same_directory": "on"}, follow=True).text


@pytest.mark.parametrize("chosen", [[], ["x"], ["99999999999999999999"], ["1"]])
def test_one_alone_cannot_be_joined(pia: Client, chosen: list[str]) -> None:
    assert "Choose at least two people" in pia.get(reverse("people:join"), {"person": chosen}).text


def test_different_people_are_kept_apart(pia: Client, people: tuple[Person, ...]) -> None:
    url = reverse("people:tell_apart", args=[Match.objects.get().pk])
    assert "stay apart" in pia.get(url).text
    done = pia.post(url, {"seen": seen(*people)}, follow=True)
    assert "Kept: they are different people." in done.text
    assert "Nothing to decide" in done.text
    assert "Different people" in pia.get(Match.objects.get().get_absolute_url()).text


def test_parting_says_what_will_happen_and_does_it(pia: Client, people: tuple[Person, ...]) -> None:
    pia.post(reverse("people:join"), {"seen": seen(people[0], people[2])})
    url = reverse("people:part", args=[people[0].pk, third_account().pk])
    assert "becomes a person of its own" in pia.get(url).text
    assert "a person of their own" in pia.post(url, follow=True).text
    assert third_account().person != people[0]
    assert "parted already" in pia.post(url, follow=True).text


def test_what_has_changed_meanwhile_is_not_done(pia: Client, people: tuple[Person, ...]) -> None:
    words = {"seen": seen(people[0], people[2])}
    pia.post(reverse("people:join"), {"seen": seen(people[1], people[2])})
    assert "somebody has changed these people meanwhile" in pia.post(reverse("people:join"), words, follow=True).text
