"""Problems with Microsoft in plain words, with their probable causes and what to do: found by what is kept of an error.

Graph documents status and code, never the message; several refusals differ by message only, so it is used as a hint
here and for nothing else. A text that is not known falls back to the explanation of its code.
"""

from .explanation import Explanation
from .graph_hints import HINTS
from .graph_problems import BAD_REQUEST, BY_CODE, BY_STATUS, TROUBLE
from .own_problems import BY_CODE as OURS
from .token_problems import BY_KIND as TOKEN_PROBLEMS

_HTTP = "http_"


def explanation_of(code: str, detail: str = "", status: int | None = None) -> Explanation | None:
    """What is known about an error with this `code` (Graph's or ours), `detail` and status; None for another's."""
    ours = OURS.get(code) or TOKEN_PROBLEMS.get(code)
    if ours is not None:
        return ours
    return _by_words(detail) or BY_CODE.get(code) or _by_status(_status_of(code) if status is None else status)


def explain(status: int, code: str, message: str) -> str:
    """A sentence for the person who asked."""
    explanation = _by_words(message) or BY_CODE.get(code) or _by_status(status) or BAD_REQUEST
    return explanation.sentence


def _by_words(message: str) -> Explanation | None:
    text = message.lower()
    return next((explanation for fragment, explanation in HINTS if fragment in text), None)


def _by_status(status: int | None) -> Explanation | None:
    if status is None:
        return None
    return BY_STATUS.get(status) or (TROUBLE if status >= 500 else BAD_REQUEST if status >= 400 else None)


def _status_of(code: str) -> int | None:
    """The status in a code of ours such as http_502, given to answers that have none of Graph's."""
    number = code.removeprefix(_HTTP)
    return int(number) if code.startswith(_HTTP) and number.isascii() and number.isdigit() else None
