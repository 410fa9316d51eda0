"""The directory's memory on disk: one line a change, so that what a newcomer did is still there after a restart."""

import json
import threading
from io import TextIOWrapper
from pathlib import Path

from neurons_admin.demo.directory import Change, Directory
from neurons_admin.demo.wire import Json


class Ledger:
    """Writes every change as it happens, and plays them back into a directory of the same people.

    A file that speaks of other people (another seed or size) is begun again; the directory's new generation then makes
    delta tokens of before answer 410. A last line that was cut off by a crash is dropped.
    """

    def __init__(self, file: Path, directory: Directory) -> None:
        self._file = file
        self._directory = directory
        self._lock = threading.Lock()
        self._play_back()
        self._out = self._write_all()
        directory.listen(self._write)

    def begin_again(self) -> None:
        """Write everything anew, after the directory was started again or got a new generation."""
        with self._lock:
            self._out.close()
            self._out = self._write_all()

    def close(self) -> None:
        """Stop writing; later changes are not kept."""
        with self._lock:
            self._out.close()

    def _header(self) -> Json:
        population = self._directory.population
        return {"seed": population.seed, "users": population.size}

    def _play_back(self) -> None:
        lines = _readable_lines(self._file)
        if not lines or {name: lines[0].get(name) for name in self._header()} != self._header():
            return
        self._directory.generation = lines[0]["generation"]
        for line in lines[1:]:
            self._directory.apply(Change(**line))

    def _write_all(self) -> TextIOWrapper:
        """A new file in the place of the old, with all that the directory knows; open for more."""
        new = self._file.with_suffix(".new")
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        out = new.open("w", encoding="ascii")
        _write_line(out, self._header() | {"generation": self._directory.generation})
        for change in self._directory.changes:
            _write_line(out, change.as_json())
        out.flush()
        new.replace(self._file)
        return out

    def _write(self, change: Change) -> None:
        with self._lock:
            if not self._out.closed:
                _write_line(self._out, change.as_json())
                self._out.flush()


def _write_line(out: TextIOWrapper, value: Json) -> None:
    out.write(json.dumps(value) + "\n")


def _readable_lines(file: Path) -> list[Json]:
    lines: list[Json] = []
    for text in file.read_text("utf-8").splitlines() if file.exists() else ():
        try:
            lines.append(json.loads(text))
        except ValueError:
            break
    return lines
