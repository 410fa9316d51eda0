"""`python -m neurons_admin.demo`: the demo tenant as a process of its own."""

import argparse
import signal
import sys
from pathlib import Path

from neurons_admin.demo.server import running
from neurons_admin.demo.tenant import Settings

_STOP = {signal.SIGTERM, signal.SIGINT}


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = _parser()
    options = parser.parse_args()
    # Blocked here and in every thread to come, then waited for: a handler could be interrupted by a second signal.
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    try:
        settings = Settings(latency_ms=options.latency_ms, page_size=options.page_size)
    except ValueError as error:
        parser.error(str(error))
    try:
        with running(
            options.dir,
            port=options.port,
            users=options.users,
            seed=options.seed,
            settings=settings,
            control=options.control,
            faults=options.faults,
        ) as tenant:
            print(f"Demo tenant ready at {tenant['authority_url']}", flush=True)
            signal.sigwait(_STOP)
    except OSError as error:
        parser.exit(1, f"The demo tenant could not start: {error}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="neurons_admin.demo", description="A simulated Microsoft Entra tenant on loopback."
    )
    parser.add_argument("--dir", type=Path, required=True, help="where its certificate, secrets and changes are kept")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency-ms", type=float, default=0, help="waited before every answer, control excepted")
    parser.add_argument(
        "--page-size", type=int, default=200, help="rows of a delta page unless the caller prefers another"
    )
    parser.add_argument("--control", action="store_true", help="open the control endpoints (no authentication)")
    parser.add_argument("--faults", action="store_true", help="open the fault kit, and the control endpoints with it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
