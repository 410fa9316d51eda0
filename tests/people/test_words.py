"""How names are sorted and searched."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from people.words import LONGEST_QUERY, LONGEST_WORD, plain, prefix_query, search_vector, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Adele Vance", "adele vance"),
        ("Siobhán O'Donoghue", "siobhan o'donoghue"),
        ("Jürgen Weiß", "jurgen weiss"),
        ("ŁUKASZ", "łukasz"),
        ("Ærø", "ærø"),
        ("İstanbul", "istanbul"),
        ("Nguyễn Đặng", "nguyen đang"),
        ("佐藤 陽子", "佐藤 陽子"),
        ("ﬁne", "fine"),
        ("", ""),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("Adele Vance", "AdeleV@contoso.example"), "adele vance adelev contoso example"),
        (("O'Neil-Smith_Jones", ""), "o neil smith jones"),
        (("  ", "--", "_"), ""),
        (("a\tb\nc",), "a b c"),
        (("R&D 2/3",), "r d 2 3"),
        (("👩🏽\u200d💻 Ünïcödé",), "unicode"),
    ],
)
def test_words(texts: tuple[str, ...], expected: str) -> None:
    assert words(*texts) == expected


def test_a_query_wants_each_word_as_a_beginning() -> None:
    assert prefix_query("Adel van") == "'adel':* & 'van':*"
    assert prefix_query("  ' | & ! :* ") == ""
    assert prefix_query("") == ""


def test_a_query_is_bounded() -> None:
    assert prefix_query(" ".join("abcdefghijklmnop")).count("&") == LONGEST_QUERY - 1
    assert len(prefix_query("x" * 100_000)) == LONGEST_WORD + len("'':*")


def test_a_vector_is_bounded_the_same_way() -> None:
    assert search_vector("x" * 100_000) == f"'{'x' * LONGEST_WORD}'"


@given(st.text(max_size=80))
@example("½ ² ª º ﷺ İ ǅ \u0345")
def test_nothing_of_a_query_can_break_out_of_its_quotes(text: str) -> None:
    assert re.fullmatch(r"('[^'\\]+':\*( & (?='))?)*", prefix_query(text))
    assert re.fullmatch(r"('[^'\\]+'( (?='))?)*", search_vector(text))


@given(st.text(max_size=80))
def test_words_of_words_are_themselves(text: str) -> None:
    assert words(words(text)) == words(text)
