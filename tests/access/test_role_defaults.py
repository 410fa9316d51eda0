"""What the built-in roles include by default, and that no migration undoes what somebody decided."""

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command

from neurons_admin.access import offers
from neurons_admin.access.models import Role
from neurons_admin.access.offers import Offer, Section
from neurons_admin.access.roles import PEOPLE_ADMIN, ROLES, SERVICE_DESK, VIEWER, ensure_roles
from tests.access.own_roles import codes_of, make_role, regrant, role_named
from tests.factories import make_user

pytestmark = pytest.mark.django_db

FRESH = "access.fly"


@pytest.fixture
def fresh_offer(monkeypatch):
    """A permission that a new version brings, meant for the desk."""
    source = lambda: [Section("Air", [Offer(FRESH, "Fly", (SERVICE_DESK,))])]  # noqa: E731
    monkeypatch.setattr(offers, "_sources", [*offers._sources, source])
    kind = ContentType.objects.get(app_label="access", model="role")
    return Permission.objects.create(content_type=kind, codename="fly", name="Can fly")


def test_each_built_in_role_has_its_defaults_after_migrating():
    for name in ROLES:
        assert codes_of(name) == set(offers.defaults_of(name)) != set()


def test_a_role_of_somebodys_own_gets_nothing_by_itself(fresh_offer):
    make_role("Night shift")
    ensure_roles()
    assert codes_of("Night shift") == frozenset()


def test_what_was_taken_away_stays_away_over_a_migration():
    regrant(SERVICE_DESK, codes_of(SERVICE_DESK) - {"people.act_reset_password"})
    call_command("migrate", verbosity=0)
    assert "people.act_reset_password" not in codes_of(SERVICE_DESK)
    assert "people.act_revoke_sessions" in codes_of(SERVICE_DESK)


def test_what_was_given_stays_given_over_a_migration():
    regrant(VIEWER, codes_of(VIEWER) | {"people.act_revoke_sessions"})
    call_command("migrate", verbosity=0)
    assert "people.act_revoke_sessions" in codes_of(VIEWER)


def test_what_is_new_comes_once_to_the_roles_it_is_meant_for(fresh_offer):
    ensure_roles()
    assert FRESH in codes_of(SERVICE_DESK)
    assert FRESH not in codes_of(PEOPLE_ADMIN)
    regrant(SERVICE_DESK, codes_of(SERVICE_DESK) - {FRESH})
    ensure_roles()
    assert FRESH not in codes_of(SERVICE_DESK)


def test_what_somebody_took_away_does_not_come_back_with_its_action(fresh_offer):
    ensure_roles()
    regrant(SERVICE_DESK, codes_of(SERVICE_DESK) - {FRESH})
    fresh_offer.delete()
    ensure_roles()
    Permission.objects.create(content_type=fresh_offer.content_type, codename="fly", name="Can fly")
    ensure_roles()
    assert FRESH not in codes_of(SERVICE_DESK)


def test_a_permission_that_does_not_exist_yet_is_given_when_it_does(fresh_offer):
    fresh_offer.delete()
    ensure_roles()
    assert FRESH not in role_named(SERVICE_DESK).offered
    Permission.objects.create(content_type=fresh_offer.content_type, codename="fly", name="Can fly")
    ensure_roles()
    assert FRESH in codes_of(SERVICE_DESK)


def test_what_somebody_made_under_the_name_of_a_built_in_role_gains_nothing(caplog):
    role_named(PEOPLE_ADMIN).group.delete()
    mine = make_role(PEOPLE_ADMIN)
    make_user(PEOPLE_ADMIN)
    assert codes_of(PEOPLE_ADMIN) == frozenset()
    assert not Role.objects.get(pk=mine.pk).builtin
    assert "something else has this name" in caplog.text


def test_the_groups_of_earlier_versions_become_the_built_in_roles():
    Role.objects.all().delete()
    desk = Group.objects.get(name=SERVICE_DESK)
    held = set(desk.permissions.all())
    other = Group.objects.create(name="Something else")
    importlib.import_module("neurons_admin.access.migrations.0002_roles").adopt(apps, None)
    ensure_roles()
    assert role_named(SERVICE_DESK).group == desk
    assert role_named(SERVICE_DESK).builtin
    assert set(desk.permissions.all()) == held
    assert not Role.objects.filter(group=other).exists()
