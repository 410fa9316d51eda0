"""How names are sorted and searched: without accents, without case, word by word."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[\W_]+")
LONGEST_QUERY = 8
LONGEST_WORD = 200


def plain(text: str) -> str:
    """Lower case without accents: what is compared when people sort or search. Other scripts stay as they are."""
    if text.isascii():
        return text.lower()
    # Casefold between two normalisations: 𝕊 becomes S only by the first, and İ falls apart only after it.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def words(*texts: str) -> str:
    """All words of the texts, plain, separated by single spaces."""
    return _NOT_WORD.sub(" ", plain(" ".join(texts))).strip()


def search_vector(*texts: str) -> str:
    """A tsvector of all words of the texts, as PostgreSQL writes it: what the search index holds."""
    # Text by text: most are ASCII, or the same as another, and that is much the fastest.
    found = {word[:LONGEST_WORD] for text in set(texts) for word in words(text).split()}
    return " ".join(f"'{word}'" for word in sorted(found))


def prefix_query(text: str) -> str:
    """A tsquery that wants every word of `text` as the beginning of some word; empty without a word."""
    return " & ".join(f"'{word[:LONGEST_WORD]}':*" for word in words(text).split()[:LONGEST_QUERY])
