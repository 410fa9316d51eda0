"""`python -m tests.faults`: the rows of the matrix with their tests, as docs/reliability.md shows them.

Ends with 1 when a row has neither a test nor a reason in `NOT_INJECTED` why it has none.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROWS = range(1, 37)
# Rows that cannot be injected on one machine, and why.
NOT_INJECTED: dict[int, str] = {}
NAME = re.compile(r"test_f(\d\d)_")


def tests() -> Iterator[tuple[int, str, str]]:
    """Each test of the suite: its row, where it is, and what its docstring says."""
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and (found := NAME.match(node.name)):
                row = int(found[1])
                told = " ".join((ast.get_docstring(node) or "").split())
                if not told.startswith(f"F{row}: "):
                    raise SystemExit(f"{file.name}: the docstring of {node.name} does not begin with F{row}.")
                yield row, f"{file.stem}::{node.name}", told.partition(": ")[2]


def missing() -> list[int]:
    """The rows that nothing is said of."""
    covered = {row for row, _, _ in tests()}
    return [row for row in ROWS if row not in covered and row not in NOT_INJECTED]


def main() -> int:
    """Print the table."""
    by_row = defaultdict(list)
    for row, test, told in tests():
        by_row[row].append(f"`{test}`: {told}")
    for row in ROWS:
        print(f"| F{row} | {'<br>'.join(by_row[row]) or NOT_INJECTED.get(row, '?')} |")
    return 1 if missing() else 0


if __name__ == "__main__":
    sys.exit(main())
