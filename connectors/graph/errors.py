"""What can go wrong with Microsoft, named by what the caller should do next."""


class GraphError(Exception):
    """Microsoft did not do what was asked.

    `str()` is a plain sentence for the person who asked. The rest is for support: Graph's own `code` and `detail`, the
    HTTP `status` (None without an answer) and the `request_id` that Microsoft's support can look up.
    """

    def __init__(
        self, message: str, *, code: str = "", detail: str = "", status: int | None = None, request_id: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.detail = detail
        self.status = status
        self.request_id = request_id


class Refused(GraphError):
    """A definite no; nothing was changed. Asking again will not help."""


class NotThere(Refused):
    """The person (or what was asked for) is not in the directory."""


class WriteForbidden(Refused):
    """The reading client was asked to write. Nothing was sent."""


class CredentialRefused(GraphError):
    """Microsoft does not let the app registration in. Nothing was sent; it will not help until somebody mends it."""


class CredentialMissing(CredentialRefused):
    """No credential has been set for this use."""


class TryLater(GraphError):
    """Not now; nothing was changed. `retry_after` is Microsoft's wish in seconds, None without one.

    `certain` is false where Microsoft says so in a way that proxies and gateways use as well.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        detail: str = "",
        status: int | None = None,
        request_id: str = "",
        retry_after: float | None = None,
        certain: bool = True,
    ) -> None:
        super().__init__(message, code=code, detail=detail, status=status, request_id=request_id)
        self.retry_after = retry_after
        self.certain = certain


class Busy(TryLater):
    """Not now, and not for anybody with this app registration: a quota, or a host that does not answer."""


class OutcomeUnknown(GraphError):
    """A change was sent and no trustworthy answer came: it may or may not have happened. Read before repeating."""


class StartOver(GraphError):
    """The stored delta link is no longer valid: read everything again."""
