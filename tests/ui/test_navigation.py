import pytest

from neurons_admin.ui import navigation


class Holder:
    """Somebody with these permissions and no others."""

    def __init__(self, *permissions):
        self.permissions = permissions

    def has_perm(self, permission):
        return permission in self.permissions


@pytest.fixture(autouse=True)
def addresses(monkeypatch):
    monkeypatch.setattr(navigation, "reverse", lambda name: f"/{name}/")


EVERYBODY = Holder(*(place.permission for place in navigation.PLACES))


def test_each_sees_what_their_permissions_open():
    links = navigation.links_for(Holder("people.view_person", "people.view_actionrun"), "")
    assert [link.label for link in links] == ["Home", "People", "Activity"]


def test_somebody_without_permissions_sees_home_alone():
    assert [link.label for link in navigation.links_for(Holder(), "people:list")] == ["Home"]


@pytest.mark.parametrize(
    ("view_name", "current"),
    [
        ("home", ["Home"]),
        ("people:list", ["People"]),
        ("people:run", ["People"]),
        ("people:activity", ["Activity"]),
        ("people:status", ["Activity"]),
        ("connectors:edit", ["Connectors"]),
        ("ui:styleguide", []),
        ("", []),
    ],
)
def test_the_place_one_is_at_is_marked(view_name, current):
    links = navigation.links_for(EVERYBODY, view_name)
    assert [link.label for link in links if link.is_current] == current


def test_a_place_without_pages_is_not_offered(monkeypatch):
    def missing(name):
        raise navigation.NoReverseMatch

    monkeypatch.setattr(navigation, "reverse", missing)
    assert navigation.links_for(EVERYBODY, "people:list") == []
