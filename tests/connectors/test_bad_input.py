"""What people fill in by mistake, and what the page then says: what is wrong, and what to do next."""

import html
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import Connector
from credentials.models import Credential
from neurons_admin.demo.server import running
from tests.factories import make_connector
from tests.microsoft import TENANT, FakeMicrosoft, reply
from tests.signing_in import CANARY, SignIn

pytestmark = pytest.mark.django_db

HTML = b"<html><body>Sign in to the hotel's network</body></html>"
CLIENT_ID = "8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f"
NETWORK = "Have whoever runs this server check its network, its proxy and its firewall."
NOT_SAVED = " Nothing was saved."


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What an administrator of the demo tenant has written down of it."""
    with running(tmp_path_factory.mktemp("tenant"), users=5) as described:
        yield described


def filled_in(**changes: str) -> dict[str, str]:
    values = {
        "name": "Contoso", "active": "on", "source": "filled_in", "cloud": "global", "tenant_id": TENANT,
        "client_id": CLIENT_ID, "client_secret": CANARY, "secret_expires_on": "", "shared": "",
    }  # fmt: skip
    return values | changes


def said(client: Client, address: str, values: dict[str, str]) -> str:
    """What the answered page says, as a person reads it."""
    content = client.post(address, values, follow=True).content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


def add(client: Client, **changes: str) -> str:
    return said(client, reverse("connectors:add"), filled_in(**changes))


def check(client: Client, **changes: str) -> str:
    return add(client, check="1", **changes)


class TestBeforeMicrosoftIsAsked:
    def refused(self, admin: Client, sign_in: SignIn, words: str, **changes: str) -> None:
        page = add(admin, **changes)
        assert words in page
        assert CANARY not in page
        assert not sign_in.tried
        assert not Credential.objects.exists()

    def test_a_domain_for_a_tenant_is_told_where_the_id_stands(self, admin: Client, sign_in: SignIn) -> None:
        words = (
            "This is a domain name. Enter the directory (tenant) ID: it stands on the app registration's Overview page"
            " in Entra."
        )
        for domain in ("contoso.com", "contoso.onmicrosoft.com", "admin@contoso.com"):
            self.refused(admin, sign_in, words, tenant_id=domain)

    @pytest.mark.parametrize("form", ["{%s}", " %s ", '"%s"', "{%s}\n"])
    def test_an_id_with_braces_quotes_or_spaces_is_taken_for_what_it_is(
        self, admin: Client, sign_in: SignIn, form: str
    ) -> None:
        add(admin, tenant_id=form % TENANT.upper(), client_id=form % CLIENT_ID)
        assert (sign_in.tried[0].tenant_id, sign_in.tried[0].client_id) == (TENANT, CLIENT_ID)
        assert Connector.objects.get().sync_credential.tenant_id == uuid.UUID(TENANT)

    @pytest.mark.parametrize("form", [" %s", "%s ", "\t%s\r\n", "\u00a0%s\u3000"])
    def test_spaces_at_the_ends_of_a_secret_are_left_out(self, admin: Client, sign_in: SignIn, form: str) -> None:
        add(admin, client_secret=form % CANARY)
        assert sign_in.tried[0].secret == CANARY
        assert Connector.objects.get().sync_credential.client_secret.reveal() == CANARY

    @pytest.mark.parametrize("secret", ["two words8Q~", "abc8Q~\u200bvalue", "abc\n8Q~"])
    def test_spaces_within_a_secret_are_refused(self, admin: Client, sign_in: SignIn, secret: str) -> None:
        words = "There is a space or a line break in it: paste the Value alone."
        self.refused(admin, sign_in, words, client_secret=secret)

    @pytest.mark.parametrize("form", ["%s", "{%s}", " %s "])
    def test_the_id_of_a_secret_is_told_from_its_value(self, admin: Client, sign_in: SignIn, form: str) -> None:
        words = (
            "This is the Secret ID; paste the Value. Entra shows the Value once, when the secret is made: if it is"
            " gone, make a new secret."
        )
        self.refused(admin, sign_in, words, client_secret=form % CLIENT_ID)


class TestATimeThatIsLeftOut:
    @pytest.fixture(autouse=True)
    def _winter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("connectors.models.timetable.timezone.now", lambda: datetime(2027, 1, 10, tzinfo=UTC))

    def test_a_start_in_a_gap_is_saved_and_told_when_it_is_made_up_for(self, admin: Client) -> None:
        connector = make_connector("Contoso", acts=False)
        address = reverse("connectors:edit_schedule", args=[connector.pk])
        version = re.search(r'name="version"[^>]*value="([^"]*)"', admin.get(address).content.decode())
        values = {"sync_repeat": "1440", "sync_start": "02:30", "time_zone": "Europe/Berlin"}
        page = said(admin, address, values | ({"version": html.unescape(version[1])} if version else {}))
        assert "02:30 does not exist on 28 March 2027 in Europe/Berlin: it will start at 03:00." in page
        connector.refresh_from_db()
        assert (connector.sync_start, connector.time_zone) == (time(2, 30), "Europe/Berlin")
        saturday = datetime(2027, 3, 27, 12, tzinfo=UTC)
        assert connector.next_after(saturday) == datetime(2027, 3, 28, 1, tzinfo=UTC)


class TestWhatTheSignInServiceSays:
    """Over the wire: what a check says, and that a form says the same and keeps nothing."""

    ROWS: list[Any] = [
        pytest.param(
            {"sign_in": reply(400, {"error": "unauthorized_client", "error_codes": [700016]})},
            "Microsoft did not accept it There is no application with this client ID in this tenant. Check the"
            " application (client) ID and the directory (tenant) ID: both are on the app registration's Overview page.",
            id="the client ID of an application in another tenant",
        ),
        pytest.param(
            {"sign_in": reply(401, {"error": "invalid_client", "error_codes": [7000215]})},
            "Microsoft did not accept it Microsoft does not accept this client secret. Paste the secret's Value, which"
            " Entra shows once when the secret is made; the Secret ID beside it does not work.",
            id="the secret of another application",
        ),
        pytest.param(
            {"sign_in": reply(400, {"error": "unauthorized_client", "error_codes": [7000112]})},
            "Microsoft did not accept it The application is disabled in this tenant. Enable it in Entra under"
            " Enterprise applications > Properties.",
            id="a disabled application",
        ),
        pytest.param(
            {"sign_in": reply(400, {"error": "invalid_request", "error_codes": [900382]})},
            "Microsoft did not accept it The tenant lives in another of Microsoft's clouds. Choose that cloud.",
            id="the wrong cloud, which knows of the tenant",
        ),
        pytest.param(
            {"discovery": reply(400, {"error": "invalid_tenant", "error_codes": [90002]})},
            "Microsoft did not accept it Microsoft knows no such tenant in this cloud. Check the directory (tenant) ID"
            " and the cloud.",
            id="the wrong cloud, which does not",
        ),
        *(
            pytest.param(
                {where: reply(200, HTML)},
                "It could not be tried The answer did not come from Microsoft's sign-in service at {origin}. "
                + NETWORK,
                id=f"a host that answers HTML, asked for {where}",
            )
            for where in ("discovery", "sign_in")
        ),
        pytest.param(
            {"sign_in": reply(502, HTML)},
            "It could not be tried Microsoft's sign-in service is busy or out of order. Try again in a few minutes.",
            id="a host that answers 502 with HTML",
        ),
    ]

    @pytest.fixture(autouse=True)
    def _in_microsofts_place(self, microsoft: FakeMicrosoft, settings: Any) -> None:
        settings.ENTRA_AUTHORITY_URL, settings.GRAPH_URL = microsoft.origin, f"{microsoft.origin}/v1.0"
        settings.ENTRA_CA_BUNDLE = microsoft.ca_bundle

    @pytest.mark.parametrize(("answers", "words"), ROWS)
    def test_a_check_says_so(self, admin: Client, microsoft: FakeMicrosoft, answers: Any, words: str) -> None:
        self.script(microsoft, answers)
        assert words.format(origin=microsoft.origin) in check(admin)

    @pytest.mark.parametrize(("answers", "words"), ROWS)
    def test_a_form_says_so_and_keeps_nothing(
        self, admin: Client, microsoft: FakeMicrosoft, answers: Any, words: str
    ) -> None:
        self.script(microsoft, answers)
        page = add(admin)
        wrong = re.sub(r"^(Microsoft did not accept it|It could not be tried) ", "", words)
        assert wrong.format(origin=microsoft.origin) + NOT_SAVED in page
        assert CANARY not in page
        assert not Connector.objects.exists()
        assert not Credential.objects.exists()

    def script(self, microsoft: FakeMicrosoft, answers: Any) -> None:
        for where, answer in answers.items():
            setattr(microsoft, where, [answer])


class TestTheDemoTenantAgrees:
    @pytest.mark.parametrize(
        ("app", "changes", "words"),
        [
            ("read", {"client_id": CLIENT_ID}, "There is no application with this client ID in this tenant."),
            ("read", {"tenant_id": TENANT}, "Microsoft knows no such tenant in this cloud."),
            ("read", {"client_secret": CANARY}, "Microsoft does not accept this client secret."),
            ("disabled", {}, "The application is disabled in this tenant."),
            ("absent", {}, "The application has not been let into this tenant."),
        ],
    )
    def test_its_refusals_are_told_alike(
        self, admin: Client, settings: Any, described: Any, app: str, changes: dict[str, str], words: str
    ) -> None:
        settings.ENTRA_AUTHORITY_URL, settings.GRAPH_URL = described["authority_url"], described["graph_url"]
        settings.ENTRA_CA_BUNDLE = described["ca_bundle"]
        known = {name: described["apps"][app][name] for name in ("client_id", "client_secret")}
        assert words in check(admin, **{"tenant_id": described["tenant_id"], **known, **changes})
