"""Who signs in here, not to be mistaken for a Person, whom the product acts upon."""

from django.contrib.auth.models import AbstractUser
from django.urls import reverse


class User(AbstractUser):
    """Somebody who signs in to Neurons Admin; what they may do follows from their roles (groups)."""

    @property
    def label(self) -> str:
        """The name shown to others: full name, or the sign-in name where there is none."""
        return self.get_full_name() or self.username

    def get_absolute_url(self) -> str:
        return reverse("access:member", args=[self.pk])
