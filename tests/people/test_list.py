"""The people list: found, filtered, paged."""

import pytest
from django.urls import reverse

from tests.factories import make_account, make_connector, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client):
    user = make_user("Viewer")
    client.force_login(user)
    return client


def names(response):
    return [person.display_name for person in response.context["page"].rows]


def test_people_stand_in_order_of_their_names_without_regard_to_case_or_accents(viewer):
    for name in ("Zoë Álvarez", "émile Zola", "Adele Vance"):
        make_person(name)
    assert names(viewer.get(reverse("people:list"))) == ["Adele Vance", "émile Zola", "Zoë Álvarez"]


@pytest.mark.parametrize("query", ["ade", "van", "VANCE ad", "retail", "adelev", "contoso", "vance retail"])
def test_each_word_of_a_search_may_begin_any_word(viewer, query):
    make_person("Adele Vance", user_principal_name="AdeleV@contoso.example")
    make_person("Megan Bowen", department="Marketing", user_principal_name="meganb@fabrikam.example")
    assert names(viewer.get(reverse("people:list"), {"q": query})) == ["Adele Vance"]


def test_a_search_finds_names_with_accents_by_plain_letters(viewer):
    make_person("José Núñez")
    assert names(viewer.get(reverse("people:list"), {"q": "nunez jose"})) == ["José Núñez"]


@pytest.mark.parametrize("query", ["'", "a & | !", "\\", ":*", "<->", "' or 1=1 --", "(", "%", "🙂", "   "])
def test_a_search_for_odd_characters_is_answered(viewer, query):
    make_person()
    assert viewer.get(reverse("people:list"), {"q": query}).status_code == 200


def test_filters_stand_in_the_url(viewer):
    make_person("A", state="disabled")
    make_person("B", guest=True)
    make_person("C", synced=True)
    make_person("D", department="Sales")
    assert names(viewer.get(reverse("people:list"), {"state": "disabled"})) == ["A"]
    assert names(viewer.get(reverse("people:list"), {"type": "guest"})) == ["B"]
    assert names(viewer.get(reverse("people:list"), {"source": "ad"})) == ["C"]
    assert names(viewer.get(reverse("people:list"), {"department": "Sales"})) == ["D"]


def test_the_connector_filter(viewer):
    account = make_account(make_person("In one"), make_connector())
    make_account(make_person("In another"), make_connector())
    assert names(viewer.get(reverse("people:list"), {"connector": account.connector_id})) == ["In one"]
    assert names(viewer.get(reverse("people:list"), {"connector": "not-an-id"})) == []


@pytest.mark.parametrize("sort", ["name", "-name", "department", "-department", "no such order"])
def test_paging_forth_and_back_shows_everybody_once(viewer, sort):
    for number in range(120):
        make_person(f"Person {number:03}", department=f"Department {number % 7}")
    seen, url = [], f"?sort={sort}"
    while url:
        response = viewer.get(reverse("people:list") + url)
        seen += names(response)
        last, url = response, response.context["page"].next_url
    assert len(seen) == len(set(seen)) == 120
    back = names(last)
    while last.context["page"].previous_url:
        last = viewer.get(reverse("people:list") + last.context["page"].previous_url)
        back = names(last) + back
    assert back == seen


@pytest.mark.parametrize("position", ["x", "W10", "WzEsMl0", "bnVsbA", "W251bGwsbnVsbF0", "🙂"])
def test_a_position_that_cannot_be_read_gives_the_first_page(viewer, position):
    make_person("Adele Vance")
    assert names(viewer.get(reverse("people:list"), {"after": position})) == ["Adele Vance"]


def test_hostile_names_are_text(viewer):
    make_person("<img src=x onerror=alert(1)>", department="{{7*7}}")
    content = viewer.get(reverse("people:list")).content.decode()
    assert "<img src=x" not in content
    assert "&lt;img src=x onerror=alert(1)&gt;" in content


def test_the_list_takes_the_same_queries_however_many_people(viewer, django_assert_max_num_queries):
    make_connector()
    for number in range(60):
        make_person(f"Person {number}")
    with django_assert_max_num_queries(8):
        viewer.get(reverse("people:list"))


def test_an_empty_product_says_what_to_do(viewer):
    assert "People come from connectors" in viewer.get(reverse("people:list")).content.decode()


def test_the_list_is_for_those_who_may_see_people(client):
    client.force_login(make_user())
    assert client.get(reverse("people:list")).status_code == 403
