"""What no honest browser sends, and what it is answered: always a page that says why, never a failure of ours."""

import base64
import http.client
import json
import urllib.parse

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory

from neurons_admin.http import NeverStore, RefuseOddText
from tests.factories import make_user

NUL = "It contains a NUL byte."
TEN_MEGABYTES = 10 * 1024 * 1024
LISTS = ["/people/", "/activity/", "/connectors/", "/credentials/", "/members/", "/audit/"]


@pytest.fixture
def boss(client):
    user = make_user(is_superuser=True)
    client.force_login(user)
    return user


def assert_refused(answer, reason, status=400):
    assert answer.status_code == status
    assert "<h1>That request could not be understood</h1>" in answer.text
    assert reason in answer.text
    assert "Nothing was changed." in answer.text


@pytest.mark.django_db
class TestNulBytes:
    @pytest.mark.parametrize(
        "url",
        [
            "/%00",
            "/people/%00/",
            "/people/?q=%00",
            "/people/?%00=1",
            "/people/?q=a%00b&q=c",
            "/members/?q=ada&q=%00",
            "/static/%00",
            "/static/css/%00.css",
            "/sign-in/?next=/%00",
        ],
    )
    @pytest.mark.parametrize("is_signed_in", [True, False])
    def test_in_an_address(self, client, url, is_signed_in):
        if is_signed_in:
            client.force_login(make_user(is_superuser=True))
        assert_refused(client.get(url), NUL)

    @pytest.mark.parametrize(
        "fields", [{"username": "a\0", "password": "x"}, {"username\0": "a"}, {"next": ["/", "\0"]}]
    )
    @pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
    def test_in_a_form(self, client, fields, kind):
        if kind == "multipart":
            answer = client.post("/sign-in/", fields)
        else:
            body = urllib.parse.urlencode(fields, doseq=True)
            answer = client.post("/sign-in/", body, content_type="application/x-www-form-urlencoded")
        assert_refused(answer, NUL)

    @pytest.mark.parametrize("name", ["session", "csrf", "messages", "anything"])
    def test_in_a_cookie(self, client, name):
        """Written as browsers may write it: quoted, with an octal escape."""
        assert_refused(client.get("/people/", headers={"cookie": f'{name}="aaaaaaaaaaaa\\000aaaaaaaaaaaa"'}), NUL)


@pytest.mark.django_db
class TestOtherText:
    @pytest.mark.parametrize("charset", ["utf-16", "unicode_escape", "raw_unicode_escape", "utf-7", "nonsense", "\\"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_another_charset(self, client, charset, method):
        content_type = f"application/x-www-form-urlencoded; charset={charset}"
        answer = client.generic(method.upper(), "/sign-in/?next=/", "username=%5Cud800", content_type=content_type)
        assert_refused(answer, "It is not written in UTF-8.")

    @pytest.mark.parametrize("charset", ["utf-8", "UTF-8"])
    def test_our_own(self, client, charset):
        answer = client.post(
            "/sign-in/", "username=a", content_type=f"application/x-www-form-urlencoded; charset={charset}"
        )
        assert answer.status_code == 200

    @pytest.mark.parametrize("text", ["%ff", "%ed%a0%80", "%f0%9f%92%a9", "%e2%80%ae", "%0d%0a", "%", "%zz", "\u202e"])
    def test_text_that_is_only_odd(self, client, boss, text):
        for path in ("/people/", "/members/"):
            assert client.get(f"{path}?q={text}").status_code == 200
        assert (
            client.post("/sign-out/", f"a={text}", content_type="application/x-www-form-urlencoded").status_code == 302
        )


@pytest.mark.django_db
class TestForms:
    @pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
    @pytest.mark.parametrize("path", ["/sign-in/", "/members/add/", "/nowhere/"])
    def test_ten_megabytes(self, client, kind, path):
        if kind == "multipart":
            answer = client.post(path, {"username": "a" * TEN_MEGABYTES})
        else:
            body = b"username=" + b"a" * TEN_MEGABYTES
            answer = client.post(path, body, content_type="application/x-www-form-urlencoded")
        assert_refused(answer, "far larger than any form here can be", 413)

    def test_too_many_fields(self, client):
        answer = client.post("/sign-in/", {f"field{number}": "1" for number in range(300)})
        assert_refused(answer, "far more fields")

    def test_a_file(self, client):
        answer = client.post("/sign-in/", {"username": "a", "file": SimpleUploadedFile("a.txt", b"x" * 1024)})
        assert_refused(answer, "Files cannot be uploaded here.")

    @pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=\u00e9", "; boundary=" + "x" * 300])
    def test_a_damaged_one(self, client, boundary):
        answer = client.generic("POST", "/sign-in/", b"--x\r\nnonsense", content_type=f"multipart/form-data{boundary}")
        assert answer.status_code in {200, 400}
        assert "<html" in answer.text

    def test_one_that_breaks_off(self):
        class Gone:
            def read(self, *_):
                raise ConnectionResetError

            def close(self):
                pass

        request = RequestFactory().post("/sign-in/", b"username=a", content_type="application/x-www-form-urlencoded")
        request._stream = Gone()
        assert_refused(RefuseOddText(lambda _: HttpResponse())(request), "It ended before it was complete.")


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), [("get", "/sign-out/"), ("post", "/people/"), ("delete", "/audit/")])
def test_a_method_that_an_address_does_not_know(client, boss, method, path):
    assert_refused(getattr(client, method)(path), "This address is no page to look at", 405)


@pytest.mark.django_db
def test_another_host_name(client):
    answer = client.get("/people/", headers={"host": "evil.example"})
    assert_refused(answer, "does not answer to the name")


@pytest.mark.django_db(transaction=True)
def test_the_page_for_a_large_form_arrives(live_server):
    """The whole form is read, or the browser would meet a broken connection in place of the page."""
    address = urllib.parse.urlsplit(live_server.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in/", b"a" * TEN_MEGABYTES, headers)
    answer = connection.getresponse()
    assert answer.status == 413
    assert b"far larger than any form here can be" in answer.read()


def position(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


NOT_A_PLACE = [
    "x",
    "%ff",
    "AA",
    position(),
    position(1),
    position("\0"),
    position("\ud800"),
    position(10**30),
    position(-(10**30)),
    position(1e400),
    position(float("nan")),
    position(None),
    position({}),
    position([]),
    position(True),
    position("\0", 1),
    position("\ud800", "\ud800"),
    position("a", 10**30),
    position("a", None),
    position("a", "\0", 1),
    position("a", "a", "\0"),
    position("2025-01-01T00:00:00Z", "\0"),
    position("2025-01-01T00:00:00", "0b1f5d6e-0000-4000-8000-000000000000"),
    position("9999-99-99T00:00:00Z", "x"),
    position("0001-01-01T00:00:00+14:00", "0b1f5d6e-0000-4000-8000-000000000000"),
    base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    base64.urlsafe_b64encode(b"9" * 5_000).decode(),
]
FILTERS = ["area", "sort", "state", "type", "source", "connector", "action", "who", "role", "department", "q"]
NOT_A_VALUE = ["x", "\u00e9" * 300, "%", "'", "-", "9" * 40, ":*&|!()<->", "\\", "a b", "None"]


@pytest.mark.django_db
@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("parameter", ["after", "before"])
def test_a_place_in_a_list_that_cannot_be(client, boss, path, parameter):
    statuses = {text[:40]: client.get(f"{path}?{parameter}={text}").status_code for text in NOT_A_PLACE}
    assert {text: status for text, status in statuses.items() if status != 200} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_that_cannot_be(client, boss, path, name):
    statuses = {value: client.get(path, {name: value}).status_code for value in NOT_A_VALUE}
    assert {value: status for value, status in statuses.items() if status != 200} == {}


class TestNeverStore:
    def answer(self, **headers):
        return NeverStore(lambda _: HttpResponse(headers=headers))(RequestFactory().get("/"))

    def test_pages_are_kept_out_of_caches(self):
        assert "no-store" in self.answer().headers["Cache-Control"]
        assert "private" in self.answer().headers["Cache-Control"]

    def test_a_view_that_says_otherwise_is_heard(self):
        assert self.answer(**{"Cache-Control": "max-age=60"}).headers["Cache-Control"] == "max-age=60"

    @pytest.mark.django_db
    def test_files_of_the_look_may_be_kept(self, client):
        assert "no-store" not in client.get("/static/css/tokens.css").headers["Cache-Control"]
