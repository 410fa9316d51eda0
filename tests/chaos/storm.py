"""What Microsoft does during the storm: of all requests 10 % meet a fault of each family."""

from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

from tests.faults.stage import Stage

SHARE = 0.1  # of all requests, for each family
Fault = Mapping[str, Any]


def _both(**fault: Any) -> list[Fault]:
    """Before the effect, and after it."""
    return [{**fault, "applied": applied} for applied in (False, True)]


def families(pace: float) -> dict[str, list[Fault]]:
    """The families of faults to Graph, each with its faults. Their times are those of an engine with that pace."""
    # Graph itself says "serviceNotAvailable" only of what it has not carried out; a gateway in between says nothing.
    gateway = {"kind": "status", "applied": True, "body": "text"}
    return {
        "latency": [{"kind": "latency", "seconds": seconds * pace} for seconds in (1, 5, 12)],
        "busy": [
            {"kind": "status", "status": 429},
            {"kind": "status", "status": 429, "retry_after": "1"},
            {"kind": "status", "status": 429, "retry_after": "date:+2"},
        ],
        "out of order": [
            {"kind": "status", "status": 503},
            {"kind": "status", "status": 503, "retry_after": "1"},
            *[{"kind": "status", "status": status} for status in (500, 502, 504)],
            *[{**gateway, "status": status} for status in (500, 502, 503, 504)],
            {**gateway, "status": 503, "retry_after": "1"},
        ],
        "reset": _both(kind="reset"),
        "silence": [
            *_both(kind="hang", seconds=60),
            # The last ones come when the looks are over, so that what was sent again is done twice.
            *[{"kind": "late", "seconds": seconds * pace, "answer": "reset"} for seconds in (4, 40, 900, 900)],
            {"kind": "late", "seconds": 20 * pace, "answer": "hang"},
        ],
        "slow drip": [
            *[{"kind": "drip", "seconds": 0.0002, "part": part} for part in ("head", "body")],
            *[{"kind": "drip", "seconds": 0.02, "part": part} for part in ("head", "body")],
        ],
        "nonsense": [
            *_both(kind="truncated"), *_both(kind="truncated", cut="json"), *_both(kind="html"),
            *_both(kind="redirect"), *_both(kind="error200"), *_both(kind="garbage"),
        ],
    }  # fmt: skip


def at_sign_in(pace: float) -> list[Fault]:
    """The faults of the token endpoint; together they are one family."""
    return [
        {"kind": "latency", "seconds": 5 * pace},
        *[{"kind": "status", "status": status} for status in (429, 500, 503, 504)],
        {"kind": "status", "status": 503, "body": "html"},
        {"kind": "reset"},
        {"kind": "hang", "seconds": 60},
        {"kind": "drip", "seconds": 0.02},
        {"kind": "truncated", "cut": "json"},
        {"kind": "html"},
        {"kind": "garbage"},
    ]


class Storm:
    """The faults of a demo tenant, while the storm lasts."""

    def __init__(self, stage: Stage, random: Random, pace: float) -> None:
        self._stage = stage
        self._random = random
        self._pace = pace

    def begin(self) -> None:
        """Set all faults, in a random order: of two whose chance comes up the one that was set first strikes."""
        chosen = [
            (fault, {}, SHARE / len(family)) for family in families(self._pace).values() for fault in family
        ]  # fmt: skip
        sign_in = at_sign_in(self._pace)
        chosen += [(fault, {"endpoint": "token"}, SHARE / len(sign_in)) for fault in sign_in]
        self._random.shuffle(chosen)
        for fault, where, chance in chosen:
            self._stage.fault(**fault, **where, chance=chance, seed=self._random.randrange(2**32))

    def end(self) -> Counter[str]:
        """Take them all away; returns how often each kind has struck."""
        hits: Counter[str] = Counter()
        for fault in self._stage.control("GET", "faults")["faults"]:
            hits[_name(fault)] += fault["hits"]
        self._stage.control("DELETE", "faults")
        return hits

    def is_over(self) -> bool:
        """Whether no effect is still to come."""
        return not self._stage.control("GET", "faults")["pending"]


def _name(fault: Fault) -> str:
    words = [str(fault["status"]) if fault["kind"] == "status" else str(fault["kind"])]
    if fault["where"]["endpoint"] != "graph":
        words.insert(0, "sign-in")
    if fault.get("retry_after"):
        words.append("with Retry-After")
    if fault.get("applied"):
        words.append("after the effect")
    return " ".join(words)
