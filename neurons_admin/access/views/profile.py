"""One's own page."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from neurons_admin.access import services, sessions
from neurons_admin.access.views.confirm import MOST_TRIES, sign_out
from neurons_admin.http import Request


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponse:
    """Who one is here and what one may do; on POST change one's password.

    The present password is a proof like any other: wrong ones are counted, and the right one counts.
    """
    form = PasswordChangeForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not sessions.store_of(request).take_try(MOST_TRIES):
            return sign_out(request)
        if form.is_valid() or not form.has_error("old_password"):
            sessions.prove(request)
    if form.is_valid():
        services.change_own_password(request.user, form.cleaned_data["new_password1"])
        update_session_auth_hash(request, request.user)
        messages.success(request, "Your password was changed. Every other session of yours has ended.")
        return redirect("access:profile")
    roles = list(request.user.groups.order_by("name").values_list("name", flat=True).distinct())
    own = sessions.own(request)
    context = {"form": form, "roles": roles, "sessions": sessions.of(request.user), "own": own}
    return render(request, "access/profile.html", context)
