"""`python -m tests.readiness`: the summary of the experiment; `--write` puts it into docs/readiness.md.

Ends with 1 when a verdict and an answer disagree.
"""

import os
import sys
import tempfile
from pathlib import Path

import django

# Settings with which nothing is kept and nobody is asked.
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "neurons_admin.settings",
    "DEMO_TENANT": "1",
    "SECRET_KEY": "an-example-that-is-long-enough-and-never-used-0123456789-abcdef",
    "CREDENTIAL_KEYS": "A" * 43 + "=",
    "AUDIT_KEYS": "A" * 43 + "=",
    "ALLOWED_HOSTS": "localhost",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
}
django.setup()

from tests.readiness.differential import Experiment  # noqa: E402
from tests.readiness.summary import DOCS, summary, written  # noqa: E402
from tests.readiness.tenant import Laboratory  # noqa: E402


def main() -> int:
    """Run it, print the disagreements and the summary, or write the latter."""
    with tempfile.TemporaryDirectory() as folder:
        cells = list(Experiment(Laboratory(Path(folder))).cells())
    if sys.argv[1:] == ["--write"]:
        DOCS.write_text(written(DOCS.read_text(), cells))
    else:
        print(summary(cells), end="")
    wrong = [cell for cell in cells if not cell.agrees]
    for cell in wrong[:50]:
        print(cell, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
