"""How long the product waits for things. PACE shortens every wait alike, so that a test need not sit through them."""

from datetime import timedelta

from django.conf import settings


def paced(seconds: float) -> timedelta:
    """A wait of so many seconds, as long as PACE makes it: 1 in earnest, less only beside a demo tenant."""
    return timedelta(seconds=seconds * settings.PACE)
