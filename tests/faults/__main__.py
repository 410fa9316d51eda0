"""`python -m tests.faults`: the rows of the matrix with their tests; `--write` puts them into docs/reliability.md.

Ends with 1 when a row has neither a test nor a reason in `not_here.NOT_HERE` why it has none.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.faults.not_here import NOT_HERE

ROWS = range(1, 37)
NAME = re.compile(r"test_f(\d\d)_")
FOLDER = Path(__file__).parent
DOCS = FOLDER.parents[1] / "docs" / "reliability.md"
BEGIN, END = "<!-- the matrix: python -m tests.faults --write -->\n", "<!-- the end of the matrix -->\n"


def tests() -> Iterator[tuple[int, str, str]]:
    """Each test of the suite: its row, where it is, and what its docstring says."""
    for file in sorted(FOLDER.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and (found := NAME.match(node.name)):
                row = int(found[1])
                told = " ".join((ast.get_docstring(node) or "").split())
                if not told.startswith(f"F{row}: "):
                    raise SystemExit(f"{file.name}: the docstring of {node.name} does not begin with F{row}.")
                yield row, f"{file.stem}::{node.name}", told.partition(": ")[2]


def missing() -> list[int]:
    """The rows that nothing is said of."""
    told = {row for row, _, _ in tests()} | {_row_of(name) for name in NOT_HERE}
    return [row for row in ROWS if row not in told]


def _row_of(name: str) -> int:
    return int(name.split(maxsplit=1)[0].removeprefix("F"))


def table() -> str:
    """The matrix: a line for each test, and for what cannot be injected the reason."""
    by_row = defaultdict(list)
    for row, test, told in tests():
        by_row[row].append((told, f"`{test}`"))
    for name, reason in NOT_HERE.items():
        by_row[_row_of(name)].append((reason, "not injected here"))
    lines = ["| row | what happens, and what comes of it | test in `tests/faults/` |", "|---|---|---|"]
    lines += [f"| F{row} | {told} | {test} |" for row in ROWS for told, test in by_row[row]]
    return "\n".join(lines) + "\n"


def written(text: str) -> str:
    """The document with the matrix as it is now."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


def main() -> int:
    """Print the table, or write it."""
    if sys.argv[1:] == ["--write"]:
        DOCS.write_text(written(DOCS.read_text()))
    else:
        print(table(), end="")
    return 1 if missing() else 0


if __name__ == "__main__":
    sys.exit(main())
