"""What every answer carries to keep a browser from doing what no page asks for; held against the address list."""

import json

import pytest
from django.test import Client

from neurons_admin import violations
from neurons_admin.access.models import User
from tests.test_policy_matrix import EVERY, NOBODY, RULES, things, url_of  # noqa: F401 - a fixture

WHO = ("nobody", "without a role", "superuser")


@pytest.fixture
def browsers() -> dict[str, Client]:
    found = {"nobody": Client(), "without a role": Client(), "superuser": Client()}
    found["without a role"].force_login(User.objects.create(username="bare"))
    found["superuser"].force_login(User.objects.create(username="root", is_superuser=True))
    return found


def directives(answer):
    pairs = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value.split() for name, _, value in pairs}


@pytest.mark.django_db
@EVERY
def test_every_answer_carries_the_shell(browsers, name, things):  # noqa: F811 - the fixture
    rule = RULES[name]
    for who, browser in browsers.items():
        ask = browser.get if rule.get is not NOBODY else browser.post
        answer = ask(url_of(name, things))
        policy = directives(answer)
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"], who
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == ["'self'"], who
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "no-store" in answer.headers["Cache-Control"], f"{who} may keep {name}"


@pytest.mark.parametrize("path", ["/no-such-page/", "/people/0/", "/sign-in/?next=//evil.example"])
@pytest.mark.django_db
def test_pages_of_errors_carry_it_too(client, path):
    assert "default-src 'none'" in client.get(path).headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_failure_carries_it_too(client, monkeypatch):
    monkeypatch.setattr("neurons_admin.access.views.sign_in.SignIn.get", lambda *_, **__: 1 / 0)
    client.raise_request_exception = False
    answer = client.get("/sign-in/")
    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("origin", "status"), [("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200), ("", 200)]
)
def test_a_form_from_another_site_is_refused(client, origin, status):
    headers = {"Sec-Fetch-Site": origin} if origin else {}
    assert client.post("/sign-in/", headers=headers).status_code == status


@pytest.mark.django_db
def test_a_link_from_another_site_leads_here(client):
    assert client.get("/sign-in/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


class TestViolations:
    @pytest.fixture(autouse=True)
    def nothing_told_yet(self, monkeypatch):
        monkeypatch.setattr(violations, "_told", [])

    def report(self, client, **report):
        body = json.dumps({"csp-report": report})
        return client.post("/csp-report/", body, content_type="application/csp-report")

    def test_a_report_is_one_line_in_the_log_without_queries(self, client, caplog):
        answer = self.report(
            client,
            **{
                "document-uri": "https://admin.example.com/people/1/?token=canary#canary",
                "blocked-uri": "https://evil.example/x.js?stolen=canary",
                "effective-directive": "script-src-elem",
            },
        )
        assert answer.status_code == 204
        [line] = caplog.messages
        assert "script-src-elem, on /people/1/, from evil.example/x.js" in line
        assert "canary" not in line

    def test_it_cannot_break_the_line(self, client, caplog):
        self.report(client, **{"document-uri": "/a\r\nERROR forged", "effective-directive": "x\r\nERROR forged"})
        assert len("".join(caplog.messages).splitlines()) == 1

    @pytest.mark.parametrize("body", ["", "[]", "{", '{"csp-report": 1}', "[" * 5000, '{"csp-report": null}'])
    def test_anything_else_is_dropped(self, client, caplog, body):
        assert client.post("/csp-report/", body, content_type="application/csp-report").status_code == 204
        assert not caplog.messages

    def test_what_is_too_large_is_dropped_unread(self, client, caplog):
        self.report(client, **{"document-uri": "/" + "a" * violations.LARGEST})
        assert not caplog.messages

    def test_a_flood_does_not_fill_the_log(self, client, caplog):
        for _ in range(violations.LINES_A_MINUTE + 5):
            self.report(client, **{"document-uri": "/"})
        assert len(caplog.messages) == violations.LINES_A_MINUTE
