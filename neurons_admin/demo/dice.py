"""Chance that is the same for the same seed and place, without an order in which it must be asked."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A small store of chance for one person: five hundred bits drawn from the seed and the person's number.

    What is thrown about another matter (`about`) leaves the rest as it was.
    """

    __slots__ = ("_left",)

    def __init__(self, seed: int, number: int, about: bytes = b"chance") -> None:
        digest = hashlib.blake2b(b"%d:%d" % (seed, number), digest_size=64, person=about).digest()
        self._left = int.from_bytes(digest, "big")

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        self._left, value = divmod(self._left, limit)
        return value

    def pick(self, choices: Sequence[T]) -> T:
        """One of `choices`."""
        self._left, index = divmod(self._left, len(choices))
        return choices[index]

    def in_hundred(self, percent: int) -> bool:
        """True in `percent` of a hundred cases."""
        return self.below(100) < percent


def object_id(seed: int, number: int, kind: str = "user") -> str:
    """A GUID (version 4 in form) that is the same for the same seed, number and kind."""
    h = hashlib.blake2b(b"%d:%d:%s" % (seed, number, kind.encode()), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{'89ab'[int(h[16], 16) & 3]}{h[17:20]}-{h[20:]}"
