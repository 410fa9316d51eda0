"""The health check of a web container: exit code 0 when the process beside it answers."""

import sys
from http.client import HTTPConnection, HTTPException
from typing import Final

import environ

PORT: Final = 8000
SECONDS: Final = 4


def main() -> int:
    """Ask /livez by a name out of ALLOWED_HOSTS."""
    env = environ.Env()
    if env_file := env("ENV_FILE", default=""):
        environ.Env.read_env(env_file)
    connection = HTTPConnection("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else PORT, timeout=SECONDS)
    try:
        connection.request("GET", "/livez", headers={"Host": env.list("ALLOWED_HOSTS", default=["localhost"])[0]})
        return int(connection.getresponse().status != 200)
    except (OSError, HTTPException):
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
