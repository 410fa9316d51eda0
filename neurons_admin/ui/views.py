"""The style guide: one page that shows every component in every state."""

from django.http import HttpResponse
from django.shortcuts import render

from neurons_admin.http import Request


def styleguide(request: Request) -> HttpResponse:
    """Show the components with made-up data."""
    return render(request, "ui/styleguide.html")
