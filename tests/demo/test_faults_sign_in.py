"""Faults of the token endpoint and of discovery."""

import pytest
import requests


@pytest.mark.parametrize("ask", ["sign_in", "discover"])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("latency", {"seconds": 0.05}),
        ("status", {"status": 500}),
        ("status", {"status": 429, "retry_after": "3"}),
        ("status", {"status": 503, "body": "html"}),
        ("reset", {}),
        ("hang", {"seconds": 0.1}),
        ("drip", {"seconds": 0.0001}),
        ("truncated", {}),
        ("truncated", {"cut": "json"}),
        ("html", {}),
        ("redirect", {}),
        ("error200", {}),
        ("garbage", {}),
    ],
)
def test_sign_in_has_faults_too(faulty, ask, kind, options):
    endpoint = "token" if ask == "sign_in" else "discovery"
    faulty.fault(kind, where={"endpoint": endpoint}, **options)
    try:
        answer = getattr(faulty, ask)(allow_redirects=False)
    except requests.RequestException:
        assert kind in {"reset", "hang", "truncated"}
    else:
        usual = {"latency": 200, "drip": 200, "redirect": 302}
        assert answer.status_code == options.get("status", usual.get(kind, 200))
    entry = faulty.last()
    assert (entry["endpoint"], entry["fault"], entry["effect"]) == (endpoint, kind, False)
    assert entry["app"] == ("act" if endpoint == "token" else None)
    assert faulty.act.get(faulty.path).status_code == 200


def test_sign_in_errors_are_in_its_own_words(faulty):
    faulty.fault("status", where={"endpoint": "token"}, status=503, times=1)
    answer = faulty.sign_in()
    assert (answer.status_code, answer.json()["error_codes"]) == (503, [90033])
    faulty.fault("status", where={"endpoint": "token"}, status=401, code="AADSTS7000222", times=1)
    assert faulty.sign_in().json()["error_codes"] == [7000222]
