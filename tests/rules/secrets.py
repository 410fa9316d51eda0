"""`python -m tests.rules.secrets`: is there anything in the files that looks like a secret? Exit code 1 if there is.

What is known to be none (words, examples, keys of tests) stands in known_secrets.json beside this, as file and hash;
`--write` writes it anew, to be looked at before it is committed.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings

ROOT: Final = Path(__file__).resolve().parents[2]
KNOWN: Final = Path(__file__).with_name("known_secrets.json")
PLACES: Final = (
    "neurons_admin", "people", "connectors", "credentials", "templates", "static", "tests", "docs", "deploy", ".ci",
)  # fmt: skip
# Bytecode, and hashes: of packages, and of what is known.
LEFT_OUT: Final = {".pyc", ".txt", ".png", ".ico", KNOWN.suffix}


def files() -> Iterator[Path]:
    """What is looked at: everything that is written by people."""
    yield from (path for path in sorted(ROOT.glob("*")) if path.is_file() and path.suffix not in LEFT_OUT)
    for place in PLACES:
        yield from (path for path in sorted((ROOT / place).rglob("*")) if path.is_file() and path.suffix not in LEFT_OUT)


def found() -> Iterator[tuple[str, str, str, int]]:
    """File, kind, hash and line of all that looks like a secret."""
    with default_settings():
        for path in files():
            secrets = SecretsCollection(root=str(ROOT))
            name = str(path.relative_to(ROOT))
            secrets.scan_file(name)
            for file, secret in secrets:
                yield file, secret.type, secret.secret_hash, secret.line_number


def main(arguments: list[str]) -> int:
    """Compare, or write down."""
    if "--write" in arguments:
        known = defaultdict(set)
        for file, _, secret_hash, _ in found():
            known[file].add(secret_hash)
        KNOWN.write_text(json.dumps({file: sorted(hashes) for file, hashes in known.items()}, indent=1) + "\n")
        return 0
    known = json.loads(KNOWN.read_text())
    unknown = [(file, kind, line) for file, kind, hashed, line in found() if hashed not in known.get(file, ())]
    for file, kind, line in unknown:
        sys.stdout.write(f"{file}:{line}: {kind}. Take it out, or write it down with --write if it is none.\n")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
