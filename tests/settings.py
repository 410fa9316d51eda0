"""Settings for the tests: the product's own, with an environment that `tests/engines.py` has filled in."""

from neurons_admin.settings import *  # noqa: F403
