"""What goes wrong between two synchronisations, over the wire, and what the page of the second one then says."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.test import Client

from connectors.graph import client as graph_client
from connectors.models import Connector, SyncRun
from connectors.sync import engine
from neurons_admin.demo.apps import READING
from neurons_admin.demo.server import running
from people.models import Account
from tests.factories import make_connector, make_credential
from tests.microsoft import TENANT, Asked, Behaviour, FakeMicrosoft, Wire, graph_error, reply
from tests.rounds import State, carry_out, go_on, page, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_threads_left")]

HTML = b"<html><body>Sign in to the hotel's network</body></html>"
NETWORK = "Have whoever runs this server check its network, its proxy and its firewall."
GRANT = (
    "Microsoft refused: the credential lacks a permission to read, or its consent was withdrawn. For reading it needs"
    " User.Read.All: have an administrator grant it in Entra under API permissions, with admin consent. Then check the"
    " credential and synchronise again."
)
ASK_SUPPORT = (
    "What is known stays as it is. Synchronise again; if it ends so again, ask Microsoft's support, with the request"
    " ids of its calls."
)
PEOPLE_ONLY = dict.fromkeys(("import_groups", "import_licences", "import_devices", "import_roles"), False)


def said(client: Client, run: SyncRun) -> str:
    """What the page of a synchronisation says, as a person reads it."""
    content = client.get(run.get_absolute_url()).content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())


def there(connector: Connector) -> int:
    return Account.objects.filter(connector=connector, removal="").count()


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What an administrator of the demo tenant has written down of it."""
    with running(tmp_path_factory.mktemp("tenant"), users=5) as described:
        yield described


class TestInTheDemoTenant:
    @pytest.fixture
    def connector(self, settings: Any, described: Any) -> Connector:
        """Has synchronised once."""
        settings.ENTRA_AUTHORITY_URL, settings.GRAPH_URL = described["authority_url"], described["graph_url"]
        settings.ENTRA_CA_BUNDLE = described["ca_bundle"]
        self.control(described, "reset")
        app = described["apps"]["read"]
        reads = make_credential(
            "read", tenant_id=described["tenant_id"], client_id=app["client_id"], secret=app["client_secret"]
        )
        connector = make_connector("Contoso", acts=False, sync_credential=reads)
        assert carry_out(connector).state == State.SUCCEEDED
        connector.refresh_from_db()
        return connector

    def control(self, described: Any, path: str, **values: Any) -> None:
        address = f"{described['control_url']}/{path}"
        assert requests.post(address, json=values, verify=described["ca_bundle"], timeout=10).ok

    @pytest.mark.parametrize(
        ("changes", "code", "words"),
        [
            pytest.param({"permissions": []}, "Authorization_RequestDenied", GRANT, id="consent is withdrawn"),
            pytest.param(
                {"permissions": ["Group.Read.All"]},
                "Authorization_RequestDenied",
                GRANT,
                id="consent to read people is withdrawn",
            ),
            pytest.param(
                {"disabled": True},
                "app_disabled",
                "The application is disabled in this tenant. Enable it in Entra under Enterprise applications >"
                " Properties.",
                id="the application is disabled",
            ),
            pytest.param(
                {"secret_expired": True},
                "expired_secret",
                "The client secret has expired. Make a new one in Entra under Certificates & secrets, and replace it"
                " here.",
                id="the secret expires",
            ),
        ],
    )
    def test_between_two_synchronisations(
        self, admin: Client, described: Any, connector: Connector, changes: Any, code: str, words: str
    ) -> None:
        known = there(connector)
        self.control(described, "apps/read", **changes, revoke_tokens=True)
        run = carry_out(connector)
        assert (run.state, run.error_code) == (State.FAILED, code)
        assert f"It failed {words}" in said(admin, run)
        assert words in said(admin, run.connector)  # type: ignore[arg-type]
        assert there(connector) == known > 0

    @pytest.mark.parametrize(("left", "state"), [((), State.FAILED), (("User.Read.All",), State.SUCCEEDED)])
    def test_consent_given_back_holds_at_once_though_the_old_token_is_still_good(
        self, described: Any, connector: Connector, left: tuple[str, ...], state: str
    ) -> None:
        self.control(described, "apps/read", permissions=left, revoke_tokens=True)
        run = carry_out(connector)
        assert (run.state, bool(run.counts.get("groups", {}).get("note"))) == (state, bool(left))
        self.control(described, "apps/read", permissions=READING)
        run = carry_out(connector)
        assert (run.state, run.full, run.removed) == (State.SUCCEEDED, False, 0)
        assert [counts["note"] for counts in run.counts.values() if counts["note"]] == []


class TestWhatAnswersInMicrosoftsPlace:
    @pytest.fixture
    def connector(self, microsoft: FakeMicrosoft, settings: Any) -> Connector:
        """Has synchronised once, and reads from now on all of it again: three people."""
        settings.ENTRA_AUTHORITY_URL, settings.GRAPH_URL = microsoft.origin, f"{microsoft.origin}/v1.0"
        settings.ENTRA_CA_BUNDLE = microsoft.ca_bundle
        reads = make_credential("read", tenant_id=TENANT)
        connector = make_connector("Contoso", acts=False, sync_credential=reads, **PEOPLE_ONLY)
        microsoft.graph = [self.page(microsoft, user(1), user(2), user(3))]
        assert carry_out(connector).state == State.SUCCEEDED
        Connector.objects.update(delta_link="")
        connector.refresh_from_db()
        microsoft.asked.clear()
        return connector

    def page(self, microsoft: FakeMicrosoft, *people: Any, following: str = "") -> Behaviour:
        root = f"{microsoft.origin}/v1.0/users/delta"
        links = {"following": f"{root}?$skiptoken={following}"} if following else {"delta": f"{root}?$deltatoken=d"}
        return reply(200, page(*people, **links))

    def failed(self, admin: Client, connector: Connector, run: SyncRun, code: str, words: str) -> None:
        assert (run.state, run.error_code) == (State.FAILED, code)
        assert f"It failed {words}" in said(admin, run)
        assert there(connector) == 3

    @pytest.mark.parametrize(
        ("answer", "code", "words"),
        [
            pytest.param(
                reply(200, HTML), "not_graph", "The answer did not come from Microsoft Graph.", id="HTML with 200"
            ),
            pytest.param(
                reply(403, HTML), "not_graph", "The answer did not come from Microsoft Graph.", id="HTML with 403"
            ),
            pytest.param(reply(502, HTML), "http_502", "Microsoft Graph has a problem of its own.", id="HTML with 502"),
            pytest.param(
                reply(200, {"value": []}),
                "not_a_page",
                "Microsoft Graph gave an answer that is no page of people.",
                id="a page without any link",
            ),
        ],
    )
    def test_while_it_may_pass_it_is_tried_again_by_itself(
        self, admin: Client, microsoft: FakeMicrosoft, connector: Connector, answer: Behaviour, code: str, words: str
    ) -> None:
        microsoft.graph = [answer, self.page(microsoft, user(1), user(2), user(3))]
        run = carry_out(connector)
        assert (run.state, run.error_code) == (State.QUEUED, code)
        assert f"{words} It goes on by itself." in said(admin, run)
        assert there(connector) == 3
        assert go_on(run).state == State.SUCCEEDED

    @pytest.mark.parametrize(
        ("answers", "code", "words"),
        [
            pytest.param(
                {"graph": reply(200, HTML)},
                "not_graph",
                "The answer did not come from Microsoft Graph. Given up after 2 attempts. " + NETWORK,
                id="HTML with 200 in the place of Graph",
            ),
            pytest.param(
                {"graph": reply(502, HTML)},
                "http_502",
                "Microsoft Graph has a problem of its own. Given up after 2 attempts. Synchronise again later; if it"
                " lasts, look at Microsoft's service health.",
                id="HTML with 502 in the place of Graph",
            ),
            pytest.param(
                {"sign_in": reply(200, HTML)},
                "not_sign_in",
                "The answer did not come from Microsoft's sign-in service at {origin}. " + NETWORK
                + " Given up after 2 attempts.",
                id="HTML with 200 in the place of the sign-in service",
            ),
            pytest.param(
                {"sign_in": reply(502, HTML)},
                "sign_in_busy",
                "Microsoft's sign-in service is busy or out of order. Given up after 2 attempts. Synchronise again"
                " later; if it lasts, look at Microsoft's service health.",
                id="HTML with 502 in the place of the sign-in service",
            ),
        ],
    )  # fmt: skip
    def test_when_it_lasts_it_is_given_up_and_says_what_to_do(
        self,
        admin: Client,
        microsoft: FakeMicrosoft,
        connector: Connector,
        monkeypatch: pytest.MonkeyPatch,
        answers: Any,
        code: str,
        words: str,
    ) -> None:
        monkeypatch.setattr(engine, "ATTEMPTS", 2)
        graph_client.tokens.forget(connector.graph_for_sync().registration)
        for where, answer in answers.items():
            setattr(microsoft, where, [answer, answer])
        run = go_on(carry_out(connector))
        self.failed(admin, connector, run, code, words.format(origin=microsoft.origin))

    def test_a_token_for_another_cloud_is_told_of(
        self, admin: Client, microsoft: FakeMicrosoft, connector: Connector
    ) -> None:
        refusal = "Access token validation failure. Invalid audience."
        microsoft.graph = [graph_error(401, "InvalidAuthenticationToken", refusal)] * 2
        words = (
            "Microsoft Graph does not accept the token of this application. Choose the right cloud for the credential,"
            " and check it."
        )
        self.failed(admin, connector, carry_out(connector), "InvalidAuthenticationToken", words)

    def test_pages_that_come_again_and_again_end_it_and_remove_nobody(
        self, admin: Client, microsoft: FakeMicrosoft, connector: Connector
    ) -> None:
        microsoft.graph = [self.page(microsoft, user(1), following="a"), self.page(microsoft, user(1), following="a")]
        words = "Microsoft Graph's pages lead round in a circle: this list has no end. " + ASK_SUPPORT
        self.failed(admin, connector, carry_out(connector), "circle", words)
        assert len(microsoft.to_graph) == 2

    def test_empty_pages_without_end_end_it_and_remove_nobody(
        self, admin: Client, microsoft: FakeMicrosoft, connector: Connector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(graph_client, "MOST_EMPTY_PAGES", 12)

        def empty(wire: Wire, asked: Asked) -> None:
            self.page(microsoft, following=str(len(microsoft.to_graph)))(wire, asked)

        microsoft.graph = [empty] * 30
        words = "Microsoft Graph gave 12 empty pages in a row: this list seems to have no end. " + ASK_SUPPORT
        self.failed(admin, connector, carry_out(connector), "no_end", words)
        assert len(microsoft.to_graph) == 12

    def test_a_round_after_a_good_one_asks_for_no_new_token(
        self, microsoft: FakeMicrosoft, connector: Connector
    ) -> None:
        microsoft.graph = [self.page(microsoft, user(1), user(2), user(3))]
        assert carry_out(connector).state == State.SUCCEEDED
        assert not microsoft.to_sign_in

    def test_a_page_that_repeats_or_is_empty_changes_nothing(
        self, admin: Client, microsoft: FakeMicrosoft, connector: Connector
    ) -> None:
        microsoft.graph = [
            self.page(microsoft, user(1), user(2), following="a"),
            self.page(microsoft, following="b"),
            self.page(microsoft, user(1), user(2), following="c"),
            self.page(microsoft, user(3)),
        ]
        run = carry_out(connector)
        assert (run.state, run.added, run.changed, run.removed) == (State.SUCCEEDED, 0, 0, 0)
        assert "It failed" not in said(admin, run)
        assert there(connector) == 3

    def test_an_empty_list_of_everybody_is_asked_about_first(
        self, admin: Client, microsoft: FakeMicrosoft, connector: Connector
    ) -> None:
        microsoft.graph = [self.page(microsoft)]
        run = carry_out(connector)
        assert run.state == State.HELD
        page = said(admin, run)
        assert "It would remove 3 of 3 people. Nothing of that has been removed yet. Look in the directory" in page
        assert "Until somebody decides, this connector does not synchronise." in page
        assert there(connector) == 3
