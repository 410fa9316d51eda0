"""Every verb that the product records has words."""

import ast
import re
from pathlib import Path

import pytest

from neurons_admin.audit import words

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("neurons_admin", "people", "connectors", "credentials")


# What is given verbs: the recorder itself, and the table of what can be decided about a synchronisation.
TAKES_VERBS = {"record": 0, "Decision": 2}


def recorded():
    """The verbs given to `record(…)` and the like anywhere in the product, with where."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
                if name in TAKES_VERBS:
                    yield node.args[TAKES_VERBS[name]], f"{path.relative_to(ROOT)}:{node.lineno}"


VERBS = [
    pytest.param(constant.value, id=f"{constant.value} in {where}")
    for verb, where in recorded()
    for constant in ast.walk(verb)
    if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_that_is_recorded_has_words(verb):
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", verb)
    assert len(verb) <= 50
    assert verb in words.SENTENCES
    assert verb.partition(".")[0] in words.AREAS


def test_there_are_no_words_for_what_never_happens():
    assert set(words.SENTENCES) == {param.values[0] for param in VERBS}
