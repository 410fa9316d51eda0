"""The cells of the experiment, counted for people: two tables in Markdown."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from connectors import actions
from tests.readiness.differential import Cell

DOCS = Path(__file__).parents[2] / "docs" / "readiness.md"
BEGIN, END = "<!-- the tables: python -m tests.readiness --write -->\n", "<!-- the end of the tables -->\n"
USUAL = "named, passwords, User Administrator"
SIGNS = {"works": "✓", "fails": "–", "unknown": "?"}
OUTCOMES = ("works", "fails", "unknown")


def summary(cells: Sequence[Cell]) -> str:
    """Both tables, with the figures above them."""
    told = Counter(cell.verdict.outcome for cell in cells)
    wrong = sum(not cell.agrees for cell in cells)
    share = 100 * told["unknown"] / len(cells)
    return (
        f"{len(cells):,} cells: {told['works']:,} will work, {told['fails']:,} will fail, {told['unknown']:,} cannot be"
        f" known ({share:.1f} %). {wrong} disagree with the tenant.\n\n"
        f"### By permissions\n\nEach cell: will work / will fail / cannot know, over all kinds of accounts.\n\n"
        f"{_by_permissions(cells)}\n### By kind of account\n\nWith “{USUAL}”: ✓ will work, – will fail, ? cannot know;"
        f" several signs where it depends on what is ordered.\n\n{_by_account(cells)}\n"
    )


def written(text: str, cells: Sequence[Cell]) -> str:
    """The document with the tables as they are."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{summary(cells)}{END}{rest.partition(END)[2]}"


def _by_permissions(cells: Sequence[Cell]) -> str:
    families = list(dict.fromkeys(cell.permissions.family for cell in cells))
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for cell in cells:
        counts[cell.action.key, cell.permissions.family][cell.verdict.outcome] += 1
    rows = [[action.label, *(_three(counts[action.key, family]) for family in families)] for action in actions.ALL]
    return _table(["action", *families], rows)


def _by_account(cells: Sequence[Cell]) -> str:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    usual = [cell for cell in cells if cell.permissions.family == USUAL]
    for cell in usual:
        found[cell.kind, cell.action.key].add(cell.verdict.outcome)
    kinds = dict.fromkeys(cell.kind for cell in usual)
    rows = [
        [
            kind,
            *("".join(SIGNS[each] for each in OUTCOMES if each in found[kind, action.key]) for action in actions.ALL),
        ]
        for kind in kinds
    ]
    return _table(["account", *(action.label for action in actions.ALL)], rows)


def _three(counted: Counter[str]) -> str:
    return " / ".join(str(counted[outcome]) for outcome in OUTCOMES)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
