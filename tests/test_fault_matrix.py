"""The fault matrix is complete, and docs/reliability.md shows it as it is."""

from tests.faults.__main__ import DOCS, missing, written


def test_each_row_has_a_test_or_a_reason_why_not():
    assert missing() == []


def test_the_document_shows_the_matrix():
    text = DOCS.read_text()
    assert text == written(text), "run: python -m tests.faults --write"
