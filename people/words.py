"""How names are sorted and searched: without accents, without case, word by word."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
# Nothing before it combines.
FIRST_MARK = "\u0300"
LONGEST_QUERY = 8
LONGEST_WORD = 200


def plain(text: str) -> str:
    """Lower case without accents: what is compared when people sort or search. Other scripts stay as they are."""
    if text.isascii():
        return text.lower()
    # Casefold between two normalisations: 𝕊 becomes S only by the first, and İ falls apart only after it.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in decomposed if c < FIRST_MARK or not unicodedata.combining(c))


def words(*texts: str) -> str:
    """All words of the texts, plain, separated by single spaces."""
    return " ".join(_WORD.findall(plain(" ".join(texts))))


def search_vector(*texts: str) -> str:
    """A tsvector of all words of the texts, as PostgreSQL writes it: what the search index holds."""
    # Text by text, and each once: most are ASCII, which is fast, and an e-mail address often is the sign-in name.
    found = {word[:LONGEST_WORD] for word in _WORD.findall(" ".join(map(plain, set(texts))))}
    return " ".join(f"'{word}'" for word in sorted(found))


def prefix_query(text: str) -> str:
    """A tsquery that wants every word of `text` as the beginning of some word; empty without a word."""
    return " & ".join(f"'{word[:LONGEST_WORD]}':*" for word in words(text).split()[:LONGEST_QUERY])
