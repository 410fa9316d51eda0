"""A secret value in memory: it shows itself to nobody."""

import copy
import json
import pickle

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from neurons_admin.encryption import Secret
from tests.signing_in import CANARY


@pytest.fixture
def secret():
    return Secret(CANARY)


def test_it_gives_its_value_to_reveal_only(secret):
    assert secret.reveal() == CANARY


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, lambda s: f"{s}", ascii])
def test_no_way_of_printing_shows_it(secret, show):
    assert show(secret) == "<Secret>"
    assert show([secret]) != CANARY
    assert CANARY not in str({"client_secret": secret})


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(secret, protocol):
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(secret, protocol)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_it_cannot_be_copied(secret, duplicate):
    with pytest.raises(TypeError, match="cannot be pickled"):
        duplicate(secret)


@pytest.mark.parametrize("encoder", [json.JSONEncoder, DjangoJSONEncoder])
def test_it_is_no_json(secret, encoder):
    with pytest.raises(TypeError):
        json.dumps({"client_secret": secret}, cls=encoder)


def test_it_has_no_attributes_to_look_into(secret):
    with pytest.raises(TypeError):
        vars(secret)


def test_two_are_never_equal_so_that_none_can_be_guessed(secret):
    assert secret != Secret(CANARY)
    assert secret != CANARY
    assert len({secret, Secret(CANARY)}) == 2


def test_it_is_true_when_there_is_one():
    assert not Secret()
    assert not Secret("")
    assert Secret("0")
    assert Secret(stored="v1:k:t")
