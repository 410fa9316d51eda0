"""`python -m tests.attack`: everything that is tried, and a count. Exit code 1 when anything succeeded."""

import sys
import time
from collections.abc import Callable
from typing import Final

from tests.attack import forged, microsoft, replayed, spoofed, strangers
from tests.attack.target import Target, attacked
from tests.faults.stage import Stage

FAMILIES: Final[dict[str, Callable[[Target], None]]] = {
    "nobody signed in": strangers.not_signed_in,
    "the wrong role, and foreign ids": strangers.wrong_role,
    "other methods": strangers.other_methods,
    "odd ids": strangers.odd_ids,
    "made up sessions": forged.sessions,
    "sessions that are over": forged.sessions_that_are_over,
    "planted sessions": forged.session_fixation,
    "forged sign-ins with Microsoft": microsoft.forged_sign_ins,
    "forms from other sites": forged.cross_site,
    "spoofed headers": spoofed.headers,
    "ways to other sites": spoofed.ways_away,
    "hostile texts": spoofed.hostile_texts,
    "forms sent again": replayed.forms,
    "passwords shown again": replayed.secrets_shown_again,
    "more than a form has": replayed.more_than_the_form_has,
}


def main() -> int:
    """Attack, and report."""
    began = time.monotonic()
    with Stage() as stage:
        target = attacked(stage)
        for name, family in FAMILIES.items():
            target.family = name
            family(target)
            sys.stdout.write(f"  {name:<40}{target.tried[name]:>7}\n")
            sys.stdout.flush()
    seconds = time.monotonic() - began
    sys.stdout.write(f"{target.tried.total()} attempts in {seconds:.0f} s, {len(target.successes)} successes\n")
    for success in target.successes:
        sys.stdout.write(f"  ! {success}\n")
    return 1 if target.successes else 0


if __name__ == "__main__":
    sys.exit(main())
