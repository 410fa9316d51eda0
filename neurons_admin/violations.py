"""What browsers report: something on a page of ours that the content security policy does not allow."""

import json
import logging
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

logger = logging.getLogger(__name__)

LARGEST: Final = 16 * 1024
# Anybody can send reports: so many lines a minute for each process, or they would fill the log.
LINES_A_MINUTE: Final = 20
_told: Final[list[float]] = []


@login_not_required
@csrf_exempt  # browsers send these by themselves, without a token; nothing is changed by them
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Write a report to the log, in one line, without query strings: they may hold what nobody else should see."""
    if int(request.META.get("CONTENT_LENGTH") or 0) <= LARGEST and _may_tell():
        report = _report_in(request)
        if report is not None:
            logger.warning(
                "A page broke the content security policy: %s, on %s, from %s.",
                _word(report.get("effective-directive") or report.get("violated-directive")),
                _place(report.get("document-uri"), with_host=False),
                _place(report.get("blocked-uri"), with_host=True),
            )
    return HttpResponse(status=204)


def _report_in(request: HttpRequest) -> Mapping[str, Any] | None:
    """What was sent, if it is a report; a form is none, and has been read as one by now."""
    try:
        report = json.loads(request.body)["csp-report"]
    except (RawPostDataException, UnreadablePostError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return report if isinstance(report, dict) else None


def _word(text: object) -> str:
    """A directive, which is letters and hyphens."""
    return "".join(sign for sign in str(text)[:40] if sign.isascii() and (sign.isalpha() or sign == "-"))


def _place(text: object, *, with_host: bool) -> str:
    """Where, without query and fragment; "inline" and the like stay as they are."""
    try:
        parts = urlsplit(str(text)[:500])
    except ValueError:
        return "an odd address"
    place = f"{parts.netloc if with_host else ''}{parts.path}" if parts.netloc else parts.path
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in place)[:200]


def _may_tell() -> bool:
    moment = time.monotonic()
    _told[:] = [told for told in _told if moment - told < 60]
    if len(_told) >= LINES_A_MINUTE:
        return False
    _told.append(moment)
    return True
