"""To prove once more who one is by signing in at Microsoft afresh."""

from django import forms
from django.http import HttpRequest

from connectors.member_sign_in import application
from neurons_admin.access import proofs
from neurons_admin.access.models import Identity, User


class Microsoft:
    """A round trip. Microsoft asks who they are although it knows, and says when they answered."""

    name = "microsoft"
    verb = "Confirm with Microsoft"
    label = "Microsoft"
    begins_at = "/sign-in/microsoft/confirm/"
    template = ""

    def is_available(self, request: HttpRequest, member: User) -> bool:
        return application.is_on() and Identity.objects.filter(member=member).exists()

    def form(self, data: object = None) -> forms.Form | None:
        return None

    def verify(self, request: HttpRequest, member: User) -> bool:
        """Nothing that is sent to the page itself proves it."""
        return False


proofs.register(Microsoft())
