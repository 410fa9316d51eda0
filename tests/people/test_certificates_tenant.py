"""A certificate on the demo tenant, all the way: made, uploaded there, taken into use, and acted with."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors import checks
from connectors.models import Connector
from credentials.models import Credential
from neurons_admin.access.models import User
from people.models import ActionRun
from tests.certificates import certificate, rsa_key
from tests.factories import make_user
from tests.people.tenant import Tenant, account_of
from tests.runs import ask, carry_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]


def seen(client: Client, credential: Credential) -> dict[str, str]:
    """The version that the credential's page sends along."""
    return {"drawn_from": str(client.get(credential.get_absolute_url()).context["version"])}


def test_it_takes_over_once_it_was_uploaded_and_then_acts(
    tenant: Tenant, contoso: Connector, dana: User, client: Client, exchanges: list[Any]
) -> None:
    credential = contoso.action_credential
    assert credential
    client.force_login(make_user("Credential admin"))
    client.post(reverse("credentials:replace_secret", args=[credential.pk]), {"means": "made", "years": "1"})

    use = reverse("credentials:use_certificate", args=[credential.pk])
    assert (
        "does not accept this certificate" in client.post(use, seen(client, credential), follow=True).content.decode()
    )
    assert checks.sign_in_with(Credential.objects.get(pk=credential.pk)).works  # by the secret, as before

    public = Credential.objects.get(pk=credential.pk).staged_certificate
    tenant.control("POST", "/apps/act", certificates=[public])
    assert "signs in with its certificate" in client.post(use, seen(client, credential), follow=True).content.decode()
    stored = Credential.objects.get(pk=credential.pk)
    assert (stored.certificate, bool(stored.client_secret), stored.check_passed) == (public, False, True)

    exchanges.clear()
    assert carry_out(ask(account_of(tenant, "adele"), dana)).state == ActionRun.State.SUCCEEDED
    assert tenant.truth("adele")["accountEnabled"] is False
    forms = [request.form for request, _ in exchanges if request.path.endswith("/oauth2/v2.0/token")]
    assert not [form for form in forms if "client_secret" in form and form["client_id"] == str(stored.client_id)]


def test_one_that_is_taken_away_in_entra_is_told_as_such(tenant: Tenant, contoso: Connector, client: Client) -> None:
    credential = contoso.action_credential
    assert credential
    client.force_login(make_user("Credential admin"))
    client.post(reverse("credentials:replace_secret", args=[credential.pk]), {"means": "made", "years": "1"})
    credential.refresh_from_db()
    tenant.control("POST", "/apps/act", certificates=[credential.staged_certificate])
    client.post(reverse("credentials:use_certificate", args=[credential.pk]), seen(client, credential))
    tenant.control("POST", "/apps/act", certificates=[certificate(rsa_key(1))])
    finding = checks.sign_in_with(Credential.objects.get(pk=credential.pk))
    assert (finding.code, finding.signed_in, finding.asked) == ("wrong_certificate", False, True)
