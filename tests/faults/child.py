"""A process with Django and the product's code, on the stage's database: one JSON line in, one out."""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.stage import ROOT


class Child:
    """Runs `tests.faults.inside`, for as long as the stage stands."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._lock = threading.Lock()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.inside"],
                cwd=ROOT, env=dict(environment), text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip

    def call(self, command: str, arguments: Mapping[str, Any]) -> Any:
        """What a function of `inside` returns; what it raises fails the test."""
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(json.dumps([command, dict(arguments)], default=str) + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline() or '{"error": "The child has died: see inside.log."}')
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=30)
        assert self._process.stdout
        self._process.stdout.close()
