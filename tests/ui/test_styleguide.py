from pathlib import Path

import pytest
from django.urls import reverse

from neurons_admin.access.models import User
from neurons_admin.ui.styleguide_forms import DIALOGS
from tests.ui.markup import Markup

FRAGMENTS = {path.name for path in (Path(__file__).resolve().parents[2] / "templates").glob("_*.html")}

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client):
    """Anybody who is signed in."""
    client.force_login(User.objects.create_user("dana"))
    return client


def test_it_shows_every_shared_fragment(viewer):
    response = viewer.get(reverse("ui:styleguide"))
    assert response.status_code == 200
    shown = {template.name for template in response.templates}
    assert FRAGMENTS - shown == set()


def test_its_ids_are_unique_and_every_reference_has_its_target(viewer):
    markup = Markup(viewer.get(reverse("ui:styleguide")).content.decode())
    ids = set(markup.ids)
    assert len(markup.ids) == len(ids)
    for element in markup.elements:
        for name in ("aria-labelledby", "aria-describedby", "for"):
            missing = set(element.get(name).split()) - ids - {"dialog-title"}
            assert not missing, f"{name} of {element}"


def test_it_is_for_those_who_are_signed_in(client):
    response = client.get(reverse("ui:styleguide"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("access:sign_in"))


@pytest.mark.parametrize("kind", DIALOGS)
def test_a_dialog_is_a_page_and_a_fragment(viewer, kind):
    address = reverse("ui:dialog", args=[kind])
    assert "<h1" in viewer.get(address).content.decode()
    fragment = viewer.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'hx-target="#dialog"' in fragment


def test_a_dialog_with_a_mistake_comes_back_with_it(viewer):
    address = reverse("ui:dialog", args=["delete"])
    response = viewer.post(address, {"typed_name": "Ada"}, headers={"HX-Request": "true"})
    assert "That is not the name of this person." in response.content.decode()
    assert "HX-Trigger" not in response.headers


def test_a_dialog_that_went_well_closes_and_leaves_a_message(viewer):
    address = reverse("ui:dialog", args=["delete"])
    response = viewer.post(address, {"typed_name": "Adele Vance"}, headers={"HX-Request": "true"})
    assert "dialog:done" in response.headers["HX-Trigger"]
    assert response.headers["HX-Reswap"] == "none"
    assert Markup(response.content.decode()).one(id="messages")["hx-swap-oob"] == "beforeend"


def test_a_dialog_that_does_not_exist_is_not_found(viewer):
    assert viewer.get(reverse("ui:dialog", args=["nonsense"])).status_code == 404
