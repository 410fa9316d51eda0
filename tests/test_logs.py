"""What the log says: one line for each record, in UTC, and no secret that somebody else put into a text."""

import json
import logging

import pytest

from neurons_admin.logs import FORMATTERS, REDACTED, Json, Line
from tests.signing_in import CANARY

PLAIN = "pl4in-value-that-nobody-may-see"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0-abcdefgh.c2lnbmF0dXJl"


def record(message, *args, **more):
    made = logging.LogRecord("people.runner", logging.ERROR, __file__, 1, message, args, None)
    made.__dict__.update(more)
    return made


def failed(text):
    with pytest.raises(RuntimeError) as caught:
        exec("raise RuntimeError(text)", {"text": text})
    return caught.type, caught.value, caught.tb


@pytest.mark.parametrize("make", FORMATTERS.values(), ids=FORMATTERS)
class TestBoth:
    @pytest.mark.parametrize("sign", ["\n", "\r", "\r\n", "\v", "\x85", "\u2028"])
    def test_a_name_with_ends_of_lines_stays_one_line(self, make, sign):
        line = make().format(record("Nobody is called %s.", f"Ada{sign}2026-01-01 ERROR forged"))
        assert len(line.splitlines()) == 1
        assert "forged" in line

    @pytest.mark.parametrize(
        "text",
        [
            CANARY,
            f"client_secret={PLAIN}&scope=x",
            f'{{"client_secret": "{PLAIN} {PLAIN}"}}',
            f"{{'password': '{PLAIN}'}}",
            f"PASSWORD={PLAIN}",
            f"Authorization: Bearer {PLAIN}",
            f"authorization: {PLAIN}",
            f"bearer {PLAIN}",
            f"https://graph.example.com {TOKEN}",
            f"postgresql://user:{PLAIN}@db/x",
            f"-----BEGIN PRIVATE KEY-----\n{PLAIN}\n-----END PRIVATE KEY-----",
            f"-----BEGIN RSA PRIVATE KEY-----\n{PLAIN}",
            f"v1:0123abcd:gAAAAA{PLAIN}",
        ],
    )
    @pytest.mark.parametrize("where", ["message", "argument", "exception"])
    def test_what_looks_like_a_secret_is_taken_out(self, make, where, text):
        made = {
            "message": lambda: record(text.replace("%", "%%")),
            "argument": lambda: record("Microsoft says: %s", text),
            "exception": lambda: record("It failed.", exc_info=failed(text)),
        }[where]()
        line = make().format(made)
        assert REDACTED in line
        assert not [secret for secret in (CANARY, PLAIN, TOKEN) if secret in line]

    def test_other_texts_stay(self, make):
        text = "Run 0b1f5d6e-0000-4000-8000-000000000000 (reset_password): the secret of O'Brien is due, code 7000215."
        assert text in make().format(record("%s", text))

    def test_the_time_is_utc(self, make):
        assert "2026-01-02T03:04:05.678+00:00" in make().format(record("x", created=1767323045.678))


def test_json_says_what_and_nothing_else():
    made = record("It failed.", exc_info=failed("why"), request=f"<POST ?{PLAIN}>", status_code=500)
    said = json.loads(Json().format(made))
    assert set(said) == {"at", "level", "logger", "message", "exc_info"}
    assert (said["level"], said["logger"], said["message"]) == ("ERROR", "people.runner", "It failed.")
    assert said["exc_info"].endswith("RuntimeError: why")


def test_a_line_keeps_its_traceback_readable():
    assert "\nRuntimeError: why" in Line().format(record("It failed.", exc_info=failed("why")))
