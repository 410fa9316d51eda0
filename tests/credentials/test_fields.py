"""What is usually pasted by mistake, and the answer it gets."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from credentials.fields import ClientField, ExpiryField, NameField, SecretField, TenantField
from credentials.guids import as_guid
from neurons_admin.encryption import Secret

GUID = uuid.UUID("8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f")
VALUE = "abc8Q~1234567890.abcdefghij_-ABCDEFGHIJK"


def refusal(field, value):
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    return " ".join(caught.value.messages)


@pytest.mark.parametrize(
    "text", [str(GUID), str(GUID).upper(), f"{{{GUID}}}", f"  {GUID}\t\n", f"({GUID})", f'"{GUID}"', f" {{ {GUID} }} "]
)
def test_a_guid_is_taken_however_it_is_wrapped(text):
    assert TenantField().clean(text) == GUID
    assert ClientField().clean(text) == GUID
    assert as_guid(text) == GUID


@pytest.mark.parametrize(
    "text",
    [
        "8d3f2c1a",
        f"{GUID}0",
        str(GUID)[:-1],
        "8d3f2c1a0b4e4c7d9f215a6b7c8d9e0f",
        "g" * 36,
        f"urn:uuid:{GUID}",
        "../..",
        "é",
    ],
)
def test_what_is_no_guid_is_told_what_one_looks_like(text):
    assert "it has the form" in refusal(ClientField(), text)


@pytest.mark.parametrize(
    "text", ["contoso.onmicrosoft.com", "contoso.com", "ada@contoso.com", "Login.Contoso.CO.UK", " contoso.example "]
)
def test_a_domain_given_as_tenant_is_told_that_the_id_is_wanted(text):
    assert "domain name. Enter the directory (tenant) ID" in refusal(TenantField(), text)


def test_an_id_that_is_too_long_is_refused_without_a_search_through_it():
    assert "at most 100" in refusal(ClientField(), "8" * 100_000)


@pytest.mark.parametrize(
    ("field", "words"), [(TenantField(), "tenant"), (ClientField(), "client"), (SecretField(), "secret")]
)
def test_nothing_at_all_is_asked_for_by_name(field, words):
    assert words in refusal(field, "  ")


def test_a_secret_is_trimmed_and_opaque_at_once():
    secret = SecretField().clean(f"  {VALUE}\r\n")
    assert isinstance(secret, Secret)
    assert secret.reveal() == VALUE


def test_an_optional_secret_may_be_empty():
    assert not SecretField(required=False).clean("")


@pytest.mark.parametrize("text", [str(GUID), f" {{{GUID}}} "])
def test_a_secret_id_is_told_apart_from_the_value(text):
    assert refusal(SecretField(), text).startswith("This is the Secret ID; paste the Value")


@pytest.mark.parametrize("text", ["abc*****************", "Hid•••••", "●●●●●●●●"])
def test_the_mask_that_entra_shows_later_is_recognised(text):
    assert "masks a secret" in refusal(SecretField(), text)


@pytest.mark.parametrize(
    "text", ["two words here", f"{VALUE} 12/1/2027", "line\nbreak", "bell\x07inside", "zero\u200bwidth"]
)
def test_what_was_copied_along_with_the_value_is_noticed(text):
    assert "paste the Value alone" in refusal(SecretField(), text)


def test_a_secret_far_too_long_is_refused_without_being_repeated():
    words = refusal(SecretField(), "s" * 5000)
    assert "too long" in words
    assert "sss" not in words


@pytest.mark.parametrize(
    "text", ["Contoso", "O'Brien & Söhne", "<img src=x onerror=alert(1)>", "{{ 7*7 }}", "名前 👩‍👩‍👧", "a" * 100]
)
def test_a_name_may_be_anything_that_can_be_seen(text):
    assert NameField(max_length=100).clean(text) == text


@pytest.mark.parametrize("text", ["evil\u202egnp.exe", "line\nbreak", "bell\x07", "\u2066iso", "esc\x1b[2J"])
def test_a_name_with_invisible_characters_is_refused(text):
    assert "visible characters" in refusal(NameField(max_length=100), text)


def test_spaces_in_a_name_are_tidied():
    assert NameField().clean("  Contoso   act ") == "Contoso act"


@pytest.mark.parametrize("text", ["2030-02-30", "soon", "0", "99999-01-01"])
def test_a_day_that_does_not_exist_is_refused(text):
    assert refusal(ExpiryField(), text)
