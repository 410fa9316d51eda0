"""How names are sorted and searched: without accents, without case, word by word."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[\W_]+")
LONGEST_QUERY = 8


def plain(text: str) -> str:
    """Lower case without accents: what is compared when people sort or search. Other scripts stay as they are."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(*texts: str) -> str:
    """All words of the texts, plain, separated by single spaces: what the search index holds."""
    return _NOT_WORD.sub(" ", plain(" ".join(texts))).strip()


def prefix_query(text: str) -> str:
    """A PostgreSQL tsquery that wants every word of `text` as the beginning of some word; empty without a word."""
    return " & ".join(f"'{word}':*" for word in words(text).split()[:LONGEST_QUERY])
