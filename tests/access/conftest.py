"""Who the tests of members act as."""

import pytest

from tests.factories import make_user


@pytest.fixture
def boss(client):
    """A superuser, signed in with the test's client."""
    user = make_user(username="boss", is_superuser=True, first_name="Dana", last_name="Okafor")
    client.force_login(user)
    return user
