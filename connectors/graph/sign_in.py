"""MSAL's HTTP, by our own wire: bounded in time, and with a word of ours for whatever is not Microsoft's sign-in."""

from collections.abc import Mapping
from typing import Any

from . import wire
from .answers import Answer
from .errors import Busy
from .own_problems import CHECK_NETWORK
from .registration import Registration


class SignInResponse:
    """An answer in the shape that MSAL reads (`msal.oauth2cli.http.Response`)."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self.headers = answer.headers
        self.text = answer.body.decode("utf-8", "replace")

    def raise_for_status(self) -> None:
        """Nothing to raise: answers that MSAL has no word for do not get this far."""


class SignInHttp:
    """A client for MSAL (`msal.oauth2cli.http.HttpClient`). Raises Busy for what is no answer of a sign-in."""

    def __init__(self, registration: Registration) -> None:
        self._authority = registration.endpoints.authority
        self._session = wire.Session(ca_bundle=registration.ca_bundle, proxy=registration.proxy, pace=registration.pace)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, **content: Any) -> SignInResponse:
        return self._exchange("GET", url, headers, content)

    def post(self, url: str, *, headers: Mapping[str, str] | None = None, **content: Any) -> SignInResponse:
        return self._exchange("POST", url, headers, content)

    def close(self) -> None:
        self._session.close()

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str] | None, content: dict[str, Any]
    ) -> SignInResponse:
        try:
            answer = wire.exchange(self._session, method, url, headers=headers or {}, **content)
        except wire.NoAnswer as exc:
            raise Busy(
                f"{self._authority} could not be reached from this server. Check the network, the proxy and, for a test"
                " tenant, its certificate.",
                code="sign_in_unreachable",
            ) from exc
        if answer.status >= 500 or answer.status == 429:
            raise Busy(
                "Microsoft's sign-in service is busy or out of order.",
                code="sign_in_busy",
                status=answer.status,
                retry_after=answer.retry_after,
            )
        if answer.object is None or 300 <= answer.status < 400:
            raise Busy(
                f"The answer did not come from Microsoft's sign-in service at {self._authority}. {CHECK_NETWORK}",
                code="not_sign_in",
            )
        return SignInResponse(answer)
