"""What is learnt of a credential while it works: refused, let in again, and never what is true of an older secret."""

from collections.abc import Callable

import pytest

from connectors import standing
from connectors.graph import CredentialRefused
from credentials.finding import Finding
from credentials.models import Credential
from neurons_admin.audit.models import Event
from tests.factories import make_checked_credential

pytestmark = pytest.mark.django_db
REFUSED = CredentialRefused("The client secret has expired.", code="expired_secret", detail="AADSTS7000222")
NOT_LET_IN = CredentialRefused("It has not been let in.", code="not_let_in", detail="AADSTS7000229")
WORKS = Finding(permissions=("User.Read.All",))


@pytest.fixture
def credential() -> Credential:
    return make_checked_credential("act")


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Callable[[Finding, Callable[[], object]], None]:
    """Have a sign-in find this, and something happen in its midst."""

    def script(finding: Finding, meanwhile: Callable[[], object] = lambda: None) -> None:
        def sign_in_with(credential: Credential) -> Finding:
            meanwhile()
            return finding

        monkeypatch.setattr(standing, "sign_in_with", sign_in_with)

    return script


def alarms() -> int:
    return Event.objects.filter(verb="credential.refused").count()


def due(credential: Credential) -> None:
    standing.gates.Gate.objects.update(probe_at=None)
    credential.refresh_from_db()


def replace_secret(credential: Credential) -> None:
    newer = Credential.objects.get(pk=credential.pk)
    newer.set_secret("another~secret")
    newer.forget_check()
    newer.save()


@pytest.mark.parametrize("refusal", [REFUSED, NOT_LET_IN])
def test_who_notices_first_raises_the_alarm(credential: Credential, refusal: CredentialRefused) -> None:
    assert [standing.note_refused(credential, refusal) for _ in range(3)] == [True, False, False]
    credential.refresh_from_db()
    assert standing.is_refused(credential)
    assert alarms() == 1


def test_a_refusal_of_the_old_secret_is_not_the_new_ones(credential: Credential) -> None:
    replace_secret(credential)
    assert not standing.note_refused(credential, REFUSED)
    credential.refresh_from_db()
    assert not standing.is_refused(credential)
    assert alarms() == 0


def test_a_probe_finds_that_it_works_again(credential: Credential, found: Callable[..., None]) -> None:
    standing.note_refused(credential, REFUSED)
    found(WORKS)
    assert not standing.probe(credential)
    due(credential)
    assert standing.probe(credential)
    credential.refresh_from_db()
    assert not standing.is_refused(credential)


def test_a_probe_of_the_old_secret_says_nothing_of_the_new_one(
    credential: Credential, found: Callable[..., None]
) -> None:
    standing.note_refused(credential, REFUSED)
    due(credential)
    refused = Finding(REFUSED.code, str(REFUSED), signed_in=False)
    found(refused, lambda: replace_secret(credential))
    assert not standing.probe(credential)
    credential.refresh_from_db()
    assert not standing.is_refused(credential)


def test_who_is_let_in_with_a_token_that_says_nothing_keeps_what_was_known(
    credential: Credential, found: Callable[..., None]
) -> None:
    granted = credential.granted_permissions
    standing.note_refused(credential, REFUSED)
    due(credential)
    found(Finding("unreadable_token", "It cannot be read.", asked=False))
    assert standing.probe(credential)
    credential.refresh_from_db()
    assert not standing.is_refused(credential)
    assert credential.granted_permissions == granted
