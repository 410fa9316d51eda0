"""Choosing people by search in a dialog: what is found, what may be chosen, and that searching asks for nothing."""

import json
import uuid

import pytest
from django.urls import reverse

from people.models import ActionRun
from tests.factories import make_account, make_connector, make_person, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def adele():
    return make_account(make_person("Adele Vance"))


def colleague(account, name, **columns):
    return make_account(make_person(name), account.connector, **columns)


def pick_url(account, key="set_manager", name="manager"):
    return reverse("people:pick", args=[account.person_id, account.pk, key, name])


def ask_url(account, key="set_manager"):
    return reverse("people:ask", args=[account.person_id, account.pk, key])


def found(desk, account, text, **more):
    return desk.get(pick_url(account), {"manager_q": text, **more}).content.decode()


def test_it_finds_by_the_beginning_of_each_word(desk, adele):
    megan = colleague(adele, "Megan Bowen")
    colleague(adele, "Miriam Graham")
    content = found(desk, adele, "bow meg")
    assert f'value="{megan.object_id}"' in content
    assert "Megan Bowen" in content
    assert megan.user_principal_name in content
    assert "Miriam" not in content
    assert "1 found." in content


def test_what_was_found_is_spoken(desk, adele):
    colleague(adele, "Megan Bowen")
    for text, words in (("megan", "1 found"), ("nobody", "Nothing found")):
        heard = json.loads(desk.get(pick_url(adele), {"manager_q": text}).headers["HX-Trigger"])
        assert heard == {"pick:found": {"spoken": words}}


def test_without_words_nobody_is_listed(desk, adele):
    colleague(adele, "Megan Bowen")
    assert "Megan" not in found(desk, adele, " ")


def test_only_the_directory_of_the_account_is_searched(desk, adele):
    make_account(make_person("Megan Bowen"), make_connector("Elsewhere"))
    colleague(adele, "Megan Gone", removal="deleted")
    assert "Nothing found" in found(desk, adele, "megan")


def test_it_shows_twenty_and_says_that_there_are_more(desk, adele):
    for number in range(22):
        colleague(adele, f"Twin {number:02}")
    content = found(desk, adele, "twin")
    assert content.count('type="radio"') == 20
    assert "Type more to narrow the search." in content


def test_who_is_chosen_stays_on_top_and_is_not_found_again(desk, adele):
    megan, miriam = colleague(adele, "Megan Bowen"), colleague(adele, "Mir Graham")
    content = found(desk, adele, "m", manager=str(megan.object_id))
    assert content.count(str(megan.object_id)) == 3  # label, value, id
    assert content.index("Megan Bowen") < content.index("Mir Graham")
    assert content.count(" checked") == 1
    assert str(miriam.object_id) in content


def test_whoever_cannot_be_chosen_is_there_with_the_reason(desk, adele):
    report = colleague(adele, "Megan Report", manager_id=adele.object_id)
    colleague(adele, "Megan Below", manager_id=report.object_id)
    content = found(desk, adele, "megan")
    assert content.count(" disabled") == 2
    assert content.count("that would be a circle") == 2
    assert "Nobody is their own manager." in found(desk, adele, "adele")


def test_a_name_is_shown_as_text(desk, adele):
    colleague(adele, "<b>Megan</b>")
    assert "&lt;b&gt;Megan" in found(desk, adele, "megan")


@pytest.mark.parametrize("text", ["'; DROP TABLE", "a:*", "\\", "💥", "x" * 5000])
def test_odd_searches_find_nobody(desk, adele, text):
    assert desk.get(pick_url(adele), {"manager_q": text}).status_code == 200


def test_a_field_that_is_none_is_not_found(desk, adele):
    for url in (
        pick_url(adele, name="nothing"), pick_url(adele, name="click"), pick_url(adele, "disable_account"),
        pick_url(adele, "no_such_action"),
    ):  # fmt: skip
        assert desk.get(url).status_code == 404


def test_who_may_not_act_may_not_search(client, adele):
    client.force_login(make_user("Viewer"))
    assert client.get(pick_url(adele)).status_code == 403


class TestWithoutScripts:
    def test_the_search_button_shows_the_dialog_again(self, desk, adele):
        megan = colleague(adele, "Megan Bowen")
        data = {"click": str(uuid.uuid4()), "manager_q": "megan", "search": "manager"}
        content = desk.post(ask_url(adele), data).content.decode()
        assert "<html" in content
        assert f'value="{megan.object_id}"' in content
        assert data["click"] in content
        assert "data-form-errors" not in content
        assert not ActionRun.objects.exists()

    def test_searching_asks_for_nothing_though_somebody_is_chosen(self, desk, adele):
        megan = colleague(adele, "Megan Bowen")
        data = {"click": str(uuid.uuid4()), "manager": str(megan.object_id), "manager_q": "", "search": "manager"}
        content = desk.post(ask_url(adele), data).content.decode()
        assert " checked" in content
        assert not ActionRun.objects.exists()
