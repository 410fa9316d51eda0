"""What the tests of credentials share: somebody who may do everything with them, and a Microsoft to sign in to."""

import pytest

from tests.factories import make_user
from tests.signing_in import sign_in

__all__ = ["sign_in"]


@pytest.fixture
def admin(client, db):
    """A client signed in as a credential admin."""
    client.user = make_user("Credential admin", first_name="Cara", last_name="Keys")
    client.force_login(client.user)
    return client
