"""Every action as it declares itself, whatever it does: shown with an example of each."""

import dataclasses
import json
from typing import Any

import pytest

from connectors import actions
from connectors.actions import Action, ActionForm, Write, permissions
from tests.connectors.samples import OBJECT_ID, PERSON, SAMPLES, SENT, Sample
from tests.contract import check_exchange

KNOWN_PERMISSIONS = {value for value in vars(permissions).values() if isinstance(value, str) and ".All" in value}
KNOWN_PERMISSIONS |= {permissions.ROLE_WRITE}

every_action = pytest.mark.parametrize("action", actions.ALL, ids=lambda action: action.key)
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.action.key)


def write_of(sample: Sample, secret: str = "a-secret") -> Write:
    return sample.action.write(sample.target, sample.before, secret)


def test_each_has_an_example() -> None:
    assert {sample.action.key for sample in SAMPLES} == set(actions.BY_KEY)


def test_the_keys_are_unique() -> None:
    assert len(actions.BY_KEY) == len(actions.ALL)


@every_action
def test_its_needs_are_known(action: type[Action]) -> None:
    assert action.needs
    for need in action.needs:
        assert {need.least, *need.also} <= KNOWN_PERMISSIONS
    assert set(action.roles) <= set(permissions.ROLE_NAMES)


@every_action
def test_its_words(action: type[Action]) -> None:
    assert len(action.key) <= 40
    assert action.key.isidentifier()
    assert "{name}" in action.sentence
    assert action.label
    assert action.verb
    assert action.group
    assert action.do_not_call_in_templates
    assert issubclass(action.form, ActionForm)


@every_sample
def test_it_can_be_made_from_what_a_row_keeps(sample: Sample) -> None:
    kept = json.loads(json.dumps(sample.action.params))
    assert actions.BY_KEY[sample.action.key](**kept) == sample.action


@every_sample
def test_what_it_says_of_one_order(sample: Sample) -> None:
    action = sample.action
    assert len(action.conflicts) <= 40
    assert action.conflicts.startswith(action.conflict_class)
    assert action.title
    assert PERSON.name in action.done(PERSON)


@every_sample
def test_what_it_sends_is_in_the_contract(sample: Sample) -> None:
    write = write_of(sample)
    assert OBJECT_ID in write.path + write.refers_to
    root = "https://graph.microsoft.com/v1.0"
    check_exchange(
        write.method,
        f"/v1.0{write.path}",
        request_body={"@odata.id": root + write.refers_to} if write.refers_to else write.body,
        request_headers={"Content-Type": "application/json"},
    )


@every_sample
def test_it_has_a_secret_exactly_where_it_says_so(sample: Sample) -> None:
    action = sample.action
    assert ("a-secret" in str(write_of(sample))) == bool(action.secret_field)
    assert "a-secret" not in str(action)
    if action.secret_field:
        assert action.make_secret() != action.make_secret()
    else:
        with pytest.raises(NotImplementedError):
            action.make_secret()


@every_sample
def test_before_and_after_are_told_apart(sample: Sample) -> None:
    action = sample.action
    before, after = action.snapshot(sample.before), action.snapshot(sample.after)
    assert before != after
    assert before.keys() == after.keys()
    assert json.loads(json.dumps([before, after])) == [before, after]
    assert not action.is_so(sample.before)
    assert not action.observed(sample.before, before, SENT)
    assert action.observed(sample.after, before, SENT)


@every_sample
def test_what_is_said_beforehand_comes_true(sample: Sample) -> None:
    action = sample.action
    said = action.after(sample.before)
    assert said in ({}, action.snapshot(sample.after))
    if said:
        assert action.is_so(action.then(sample.before))


@every_sample
def test_only_a_certain_state_means_that_it_is_so(sample: Sample) -> None:
    action = sample.action
    empty: dict[str, Any]
    for empty in ({}, dict.fromkeys(action.reads)):
        if action.snapshot(empty) != action.snapshot(sample.after):
            assert not action.is_so(empty)


@every_sample
def test_undo_goes_back(sample: Sample) -> None:
    action = sample.action
    before, after = action.snapshot(sample.before), action.snapshot(sample.after)
    inverse = action.inverse(before)
    assert (inverse is not None) == bool(action.undo)
    if inverse is not None:
        assert inverse.snapshot(sample.after) == after
        assert inverse.is_so(sample.before)
        assert not inverse.is_so(sample.after)
        assert inverse.conflicts == action.conflicts


@every_sample
def test_only_what_says_so_learns_a_secret_from_the_answer(sample: Sample) -> None:
    assert bool(sample.action.secret_in(sample.answer or {})) == bool(sample.answer)


def test_parameters_are_what_json_can_hold() -> None:
    for sample in SAMPLES:
        assert all(field.init for field in dataclasses.fields(sample.action))
