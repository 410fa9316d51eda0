"""What gunicorn reads by itself when it is started in this folder."""

from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer


def on_starting(server: Arbiter) -> None:
    """Have gunicorn end in good order, with the exit code of its workers, when several of them refuse to start.

    While it ends because of the first one, the second's exit would make it fall over with a traceback (seen in 27.0).
    """
    reap = server.reap_workers
    ends = False

    def reap_workers() -> None:
        nonlocal ends
        try:
            reap()
        except HaltServer:
            if not ends:
                ends = True
                raise

    server.reap_workers = reap_workers
