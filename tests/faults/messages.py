"""Messages as Celery writes them, and such as nobody should: what somebody who reaches the broker can put into it."""

import base64
import json
import os
import pickle
import uuid
from pathlib import Path
from typing import Any

TASK = "people.tasks.carry_out_run"
QUEUE = "actions"


class _Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.file}",)


def message(body: bytes, *, task: str | None = TASK, **parts: Any) -> str:
    """A message whose body is such, and in which some parts are otherwise than Celery writes them."""
    number = str(uuid.uuid4())
    properties = {
        "correlation_id": number, "delivery_mode": 2, "delivery_info": {"exchange": "", "routing_key": QUEUE},
        "priority": 0, "body_encoding": "base64", "delivery_tag": str(uuid.uuid4()),
    }  # fmt: skip
    whole = {
        "body": base64.b64encode(body).decode(),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"lang": "py", "task": task, "id": number, "root_id": number, "retries": 0},
        "properties": properties,
    }
    return json.dumps(whole | parts)


def order(*args: object, **kwargs: object) -> bytes:
    """The body of a message with these arguments."""
    return json.dumps([args, kwargs, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]).encode()


def hostile(proof: Path) -> dict[str, str | bytes]:
    """All kinds of what is no order, by name; `proof` is there afterwards if one of them could have its code run."""
    evil = pickle.dumps(_Touch(proof))
    yaml = f"!!python/object/apply:os.system ['touch {proof}']".encode()
    pickled = {"content-type": "application/x-python-serialize", "content-encoding": "binary"}
    return {
        "an id that is not there": message(order(str(uuid.uuid4()))),
        "what is no id": message(order("'; DROP TABLE people_actionrun; --")),
        "an id of another kind": message(order({"id": [1, None]})),
        "no id": message(order()),
        "too much": message(order("a", "b", c="d")),
        "a task of an old version": message(order(str(uuid.uuid4())), task="people.tasks.reset_password_v1"),
        "no task's name": message(order(), task=None),
        "a body that is no list": message(b'{"run_id": 1}'),
        "a body that is null": message(b"null"),
        "a body that is no JSON": message(b"{{{"),
        "a body that is no text": message(b"\xff\xfe"),
        "a pickle that says so": message(evil, **pickled),
        "a pickle that says it is JSON": message(evil),
        "YAML": message(yaml, **{"content-type": "application/x-yaml"}),
        "no headers": message(order(), headers={}),
        "headers that are null": message(order(), headers=None),
        "a time that is none": message(order(), headers={"task": TASK, "id": "1", "eta": "soon"}),
        "no properties": message(order(), properties={}),
        "properties that are null": message(order(), properties=None),
        "no JSON": "hello",
        "nothing": "",
        "a number": "3",
        "a list": "[1, 2]",
        "no text": b"\xff\xfe\x00",
    }
