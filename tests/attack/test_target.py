"""The count of what was tried: a success is told, by what it was, and makes the whole fail."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.attack import __main__ as program
from tests.attack.target import Target, leads_to_sign_in


class Answer:
    """What was answered, as far as it is looked at."""

    def __init__(self, status_code: int, location: str = "") -> None:
        self.status_code = status_code
        self.headers = {"Location": location}


def run(monkeypatch: pytest.MonkeyPatch, family: Callable[[Target], None]) -> int:
    class Standing:
        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(program, "Stage", Standing)
    monkeypatch.setattr(program, "attacked", lambda stage: Target(stage, []))
    monkeypatch.setattr(program, "FAMILIES", {"a family": family})
    return program.main()


def test_it_succeeds_when_nothing_got_through(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert run(monkeypatch, lambda target: target.note("a guess", "")) == 0
    assert "1 attempts" in capsys.readouterr().out


def test_it_fails_when_something_got_through_and_says_what(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    assert run(monkeypatch, lambda target: target.note("a guess", "got in")) == 1
    assert "! a family: a guess (got in)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (Answer(302, "/sign-in/?next=/people/"), True),
        (Answer(302, "/people/"), False),
        (Answer(200), False),
    ],
)
def test_who_is_let_in_is_told_from_who_is_asked_to_sign_in(answer: Any, asked: bool) -> None:
    assert leads_to_sign_in(answer) is asked
