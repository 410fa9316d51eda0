"""The gate before everything that acts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from neurons_admin.http import Request
from people import policy

View = Callable[..., HttpResponse]


def who_may_act(view: View) -> View:
    """Refuse whoever may ask for no action at all, whatever the address is about. The view asks about the one."""

    @wraps(view)
    def guarded(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if not policy.may_act(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
