"""From a stored credential to what the Graph client needs. The only place that opens what it signs in with."""

from dataclasses import replace
from functools import partial

from django.conf import settings

from connectors.graph import CLOUDS, CredentialMissing, CredentialRefused, Endpoints, Registration
from credentials.models import Cloud, Credential
from neurons_admin.encryption import Secret, SecretUnreadable


def endpoints_of(cloud: str) -> Endpoints:
    """A cloud's hosts. For the global cloud an operator may name others in the environment; a form never can."""
    endpoints = CLOUDS[cloud]
    if cloud != Cloud.GLOBAL or not (settings.ENTRA_AUTHORITY_URL or settings.GRAPH_URL):
        return endpoints
    return replace(
        endpoints,
        authority=(settings.ENTRA_AUTHORITY_URL or endpoints.authority).rstrip("/"),
        graph=(settings.GRAPH_URL or endpoints.graph).rstrip("/"),
        known=not settings.ENTRA_AUTHORITY_URL,
    )


def registration_of(credential: Credential | None) -> Registration:
    """Raises CredentialMissing when there is no credential."""
    if credential is None:
        raise CredentialMissing("No credential has been set for this.", code="no_credential")
    return Registration(
        tenant_id=str(credential.tenant_id),
        client_id=str(credential.client_id),
        secret=partial(_open, credential.private_key if credential.certificate else credential.client_secret),
        certificate=credential.certificate,
        endpoints=endpoints_of(credential.cloud),
        ca_bundle=settings.ENTRA_CA_BUNDLE,
        proxy=settings.OUTBOUND_PROXY,
        pace=settings.PACE,
    )


def _open(secret: Secret) -> str:
    try:
        return secret.reveal()
    except SecretUnreadable as exc:
        raise CredentialRefused(
            "The stored client secret or private key cannot be opened with the keys this server has. Replace it.",
            code="secret_unreadable",
        ) from exc
