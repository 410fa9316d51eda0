"""Passwords: what is generated is always accepted, what is typed is refused only for certain."""

from unittest.mock import Mock

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.actions import Directory
from connectors.actions.passwords import DIGITS, LENGTH, LOWER, SYMBOLS, UPPER, check_strength, generate
from connectors.actions.reset_password import ResetPasswordForm
from tests.connectors.samples import PERSON


@settings(max_examples=300, deadline=None)
@given(st.builds(generate))
def test_a_generated_password_has_all_four_classes(password: str) -> None:
    assert len(password) == LENGTH
    for group in (LOWER, UPPER, DIGITS, SYMBOLS):
        assert set(password) & set(group)
    assert set(password) <= set(LOWER + UPPER + DIGITS + SYMBOLS)
    check_strength(password)


def test_generated_passwords_differ() -> None:
    assert len({generate() for _ in range(200)}) == 200


def test_no_character_is_mistaken_for_another() -> None:
    assert not set("0O1lI|`'\" ") & set(LOWER + UPPER + DIGITS + SYMBOLS)


@pytest.mark.parametrize(
    "password", ["Abcdefg1", "abcdefg1!", "ABCDEFG 1!", "Correct horse battery 1", "A1-" + "a" * 253]
)
def test_strong_enough(password: str) -> None:
    check_strength(password)


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Abc1!", "at least 8"),
        ("abcdefgh", "three of"),
        ("abcdefgh1", "three of"),
        ("ABCDEFGH!", "three of"),
        ("Pässword1", "A to Z"),
        ("Password1\n", "A to Z"),
        ("Password1\0", "A to Z"),
        ("пароль-Password1", "A to Z"),
    ],
)
def test_certain_to_be_refused(password: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        check_strength(password)


def form_with(**data: str) -> ResetPasswordForm:
    return ResetPasswordForm(data, target=PERSON, directory=Mock(spec=Directory))


def test_the_form_takes_a_typed_password_as_it_is() -> None:
    form = form_with(password="  Spaced out 1  ", force_change="on")
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"password": "  Spaced out 1  ", "force_change": True, "revoke_sessions": False}


def test_the_form_takes_no_password_for_a_generated_one() -> None:
    form = form_with()
    assert form.is_valid()
    assert form.cleaned_data == {"password": "", "force_change": False, "revoke_sessions": False}


@pytest.mark.parametrize("password", ["short", "A1-" + "a" * 254])
def test_the_form_refuses(password: str) -> None:
    assert "password" in form_with(password=password).errors


def test_the_form_never_shows_the_password_again() -> None:
    assert "canary" not in str(form_with(password="canary"))
