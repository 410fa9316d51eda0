"""Headers and texts that are not what they seem."""

from urllib.parse import quote, urlsplit

from tests.attack.target import Target, is_broken, leads_to_sign_in

EVIL = "evil.example"
SPOOFED = (
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Port": "443"},
    {"Forwarded": f"for=127.0.0.1;host={EVIL};proto=https"},
    {"X-Real-IP": "127.0.0.1"},
    {"X-Original-URL": "/people/"},
    {"X-Rewrite-URL": "/people/"},
    {"X-HTTP-Method-Override": "DELETE"},
    {"X-Method-Override": "PUT"},
    {"Remote-User": "admin"},
    {"X-Remote-User": "admin"},
    {"X-Forwarded-User": "admin"},
    {"X-Authenticated-User": "admin"},
    {"REMOTE_USER": "admin"},
    {"Authorization": "Basic YWRtaW46YWRtaW4="},
    {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."},
    {"HX-Request": "true"},
    {"HX-Request": "true", "HX-Boosted": "true", "HX-Current-URL": f"https://{EVIL}/"},
    {"Referer": f"https://{EVIL}/"},
    {"Accept": "application/json"},
    {"Content-Type": "application/x-www-form-urlencoded; charset=rot13"},
    {"Content-Type": "multipart/form-data; boundary=" + "x" * 300},
    {"Cookie": "session=; session=admin"},
)
HOSTS = (EVIL, f"localhost.{EVIL}", f"localhost@{EVIL}", f"localhost:80@{EVIL}", "localhost:", "localhost\t", "")
AWAY = (
    f"//{EVIL}", f"///{EVIL}", f"/\\{EVIL}", f"\\\\{EVIL}", f"https:{EVIL}", f"https:/{EVIL}", f"https://{EVIL}",
    f"http://{EVIL}", f"//localhost@{EVIL}", f"https://localhost@{EVIL}", f"/%09/{EVIL}", f"/\t/{EVIL}", f"/%5c{EVIL}",
    "javascript:alert(1)", "data:text/html,x", f"%2f%2f{EVIL}", f" //{EVIL}", f"\x00//{EVIL}",
    f"/%0d%0aLocation:%20//{EVIL}",
    "/\r\nSet-Cookie: session=x", f"//{EVIL}/%2e%2e", f".{EVIL}", f"@{EVIL}", f"//[::1]@{EVIL}",
)  # fmt: skip
HOSTILE = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg/onload=alert(1)>", "{{7*7}}", "{% debug %}",
    "${7*7}", "' or '1'='1", "1); select pg_sleep(4); --", "'; select pg_sleep(4) --", "%' or pg_sleep(4) is null --",
    "../../../../etc/passwd", "\r\nSet-Cookie: session=x", "\u202emoc.live", "\x00", "A" * 20_000, "\U0001f600", "-1",
    "9" * 20, "null", "[]", "*", ")(uid=*))(|(uid=*",
)  # fmt: skip
LISTS = ("/people/", "/audit/", "/members/", "/connectors/", "/credentials/", "/people/activity/", "/people/deleted/")
FIELDS = (
    "q", "page", "after", "before", "sort", "state", "type", "area", "actor", "subject", "connector", "department",
    "role", "filter", "next", "kind",
)  # fmt: skip
TOO_LONG_SECONDS = 3.5


def headers(target: Target) -> None:
    """Headers by which other products let somebody in, or believe where they are."""
    for headers in SPOOFED:
        browser = target.stranger()
        for path in ("/", "/people/", "/members/", "/profile/", "/metrics"):
            answer = target.send(browser, "GET", path, csrf=False, **headers)
            refused = leads_to_sign_in(answer) or answer.status_code in {400, 401, 403, 404}
            let_in = not refused and f"got {answer.status_code}"
            strayed = EVIL in answer.headers.get("Location", "").partition("?")[0] and "led away"
            target.note(f"GET {path} with {headers}", is_broken(answer) or let_in or strayed)
    for host in HOSTS:
        answer = target.send(target.stranger(), "GET", "/sign-in/", csrf=False, Host=host)
        target.note(f"the host {host!r}", is_broken(answer) or (EVIL in answer.text and "it stands in the page"))


def ways_away(target: Target) -> None:
    """Where one is led after signing in, and after proving who one is."""
    for way in AWAY:
        for path in ("/sign-in/", "/confirm/"):
            browser = target.browser_of("viewer")
            answer = target.send(browser, "GET", f"{path}?next={quote(way, safe='')}")
            target.note(
                f"{path} and on to {way!r}", is_broken(answer) or _leads_away(answer.headers.get("Location", ""))
            )
        _after_signing_in(target, way)


def _after_signing_in(target: Target, way: str) -> None:
    browser = target.stranger()
    page = target.send(browser, "GET", "/sign-in/", csrf=False)
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {"username": "viewer", "password": target.stage.settings["DEMO_PASSWORD"], "next": way}
    answer = target.send(browser, "POST", "/sign-in/", data={**form, "csrfmiddlewaretoken": token})
    target.note(f"signing in and on to {way!r}", is_broken(answer) or _leads_away(answer.headers.get("Location", "")))


def _leads_away(location: str) -> str:
    where = urlsplit(location.replace("\\", "/").strip())
    is_near = where.netloc in {"", "localhost"} and where.scheme in {"", "http"}
    return "" if is_near and not location.startswith(("//", "/\\")) else f"led to {location}"


def hostile_texts(target: Target) -> None:
    """Texts in every filter of every list: nothing breaks, nothing waits, nothing stands in the page as it was sent."""
    browser = target.browser_of("admin")
    for path in LISTS:
        for name in FIELDS:
            for text in HOSTILE:
                answer = target.send(browser, "GET", f"{path}?{name}={quote(text, safe='', errors='replace')}")
                echoed = "<" in text and text in answer.text and "it stands in the page as it was sent"
                computed = "7*7" in text and ">49<" in answer.text and "it was computed"
                waited = "sleep" in text and answer.elapsed.total_seconds() > TOO_LONG_SECONDS and "it was carried out"
                stolen = "root:x:0" in answer.text and "a file was read"
                target.note(
                    f"GET {path} with {name}={text[:40]!r}", is_broken(answer) or echoed or computed or waited or stolen
                )
