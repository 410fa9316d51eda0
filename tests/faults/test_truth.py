"""What every row asserts can fail: a planted secret is found wherever it stands, a second effect is counted."""

import secrets
from collections.abc import Callable

import pytest

from tests.desk import Answer
from tests.faults.stage import Stage
from tests.faults.truth import assert_no_secret, assert_told_truth

PLANTED = "the planted one"


@pytest.fixture
def done(stage: Stage) -> Answer:
    """A run that has gone well."""
    asked = stage.ask("disable_account")
    stage.wait_final(asked)
    stage.secrets[PLANTED] = secrets.token_hex()
    return asked


def _in_a_log(stage: Stage, asked: Answer) -> None:
    with stage.worker.process.log.open("a") as log:
        log.write(f"INFO password={stage.secrets[PLANTED]}\n")


def _in_a_column(stage: Stage, asked: Answer) -> None:
    stage.rows("UPDATE people_actionrun SET params = jsonb_build_object('p', %s::text) WHERE id = %s",
               [stage.secrets[PLANTED], asked.run])  # fmt: skip


def _in_the_broker(stage: Stage, asked: Answer) -> None:
    with stage.broker.client() as client:
        client.rpush("sync", stage.secrets[PLANTED])


def _in_the_brokers_file(stage: Stage, asked: Answer) -> None:
    _in_the_broker(stage, asked)
    with stage.broker.client() as client:
        client.delete("sync")


def _on_a_page(stage: Stage, asked: Answer) -> None:
    stage.desk.pages.append(f"<p>{stage.secrets[PLANTED]}</p>")


@pytest.mark.parametrize(
    ("plant", "where"),
    [
        (_in_a_column, "table people_actionrun"),
        (_in_the_broker, "the broker's key"),
        (_in_the_brokers_file, "appendonly"),
        (_on_a_page, "a page that desk saw"),
        (_in_a_log, "file worker.log"),
    ],
)
def test_a_planted_secret_is_found(
    stage: Stage, done: Answer, plant: Callable[[Stage, Answer], None], where: str
) -> None:
    assert_no_secret(stage, done)
    plant(stage, done)
    with pytest.raises(AssertionError, match=where) as found:
        assert_no_secret(stage, done)
    assert stage.secrets[PLANTED] not in str(found.value)


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ({"state": "failed", "effects": 1, "names": "Accepted"}, "succeeded after 1"),
        ({"state": "succeeded", "effects": 2, "names": "Accepted"}, "1 effects"),
        ({"state": "succeeded", "effects": 1, "names": "Resend"}, "not told"),
    ],
)
def test_what_is_not_so_is_not_asserted(stage: Stage, done: Answer, claim: dict[str, object], told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        assert_told_truth(stage, done, **claim)
