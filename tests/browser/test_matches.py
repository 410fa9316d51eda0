"""People of two connectors who share an e-mail address: somebody decides, by keyboard, that they are one or are not."""

import pytest
from playwright.sync_api import expect

from .keys import press, walk_to

MADE = """
import uuid
from connectors.models import SyncRun
from connectors.sync import parse
from people import imports
from tests.factories import make_connector
north, south = (make_connector(name, active=False, acts=False) for name in ("North", "South"))
for name in ("Mia", "Mio"):
    shared = {"mail": f"{name}@north.example", "accountEnabled": True}
    for connector, kind in ((north, "Old"), (north, "New"), (south, "Guest")):
        user = {"id": str(uuid.uuid4()), "displayName": f"{name} {kind}", **shared}
        imports.store(connector.pk, uuid.uuid4(), [parse(user)], [])
"""
FORGOTTEN = """
from connectors.models import Connector
from people.models import Account, Match, Person
for connector in Connector.objects.filter(name__in=["North", "South"]):
    people = list(connector.accounts.values_list("person", flat=True))
    connector.accounts.all().delete()
    Person.objects.filter(pk__in=people, accounts=None).delete()
    connector.delete()
Match.objects.filter(email_key__endswith="@north.example").delete()
"""


@pytest.fixture
def decider(product, page, sign_in):
    """Somebody who may decide, while two addresses wait: of three people each, two of them in one directory."""
    product.manage("shell", "-c", MADE)
    sign_in("admin")
    page.goto("/people/matches/")
    yield page
    product.manage("shell", "-c", FORGOTTEN)


def test_one_is_joined_and_the_other_kept_apart(decider, axe, screenshot):
    page = decider
    mia, mio = (page.get_by_role("region", name=f"{name}@north.example") for name in ("mia", "mio"))
    axe(page)
    screenshot("matches")
    press(page, mio.get_by_role("link", name="These are different people"))
    press(page, page.get_by_role("button", name="They are different people"))
    page.get_by_text("Kept: they are different people.").wait_for()
    expect(mio).to_have_count(0)

    for name in ("Mia New", "Mia Guest"):
        walk_to(page, mia.get_by_role("checkbox", name=name))
        page.keyboard.press("Space")
    press(page, mia.get_by_role("button", name="Join the chosen"))
    expect(page.locator("#main")).to_contain_text("become one person with 2 accounts")
    axe(page)
    press(page, page.get_by_role("button", name="Join", exact=True))
    page.get_by_text("Joined.").wait_for()
    expect(page.locator("#main")).to_contain_text("North")
    expect(page.locator("#main")).to_contain_text("South")
