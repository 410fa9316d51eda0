"""Signing in and out."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator

from neurons_admin.access import services, sessions, throttle
from neurons_admin.access.addresses import address_of
from neurons_admin.access.models import User


class SignIn(LoginView):
    """Django's own, with a line in the audit trail for each attempt."""

    template_name = "access/sign_in.html"
    redirect_authenticated_user = True
    http_method_names = ["get", "head", "post"]

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Right name and password."""
        member = form.get_user()
        if isinstance(member, User):
            sessions.begin(self.request, member, how="password")
            services.note_sign_in(member, address_of(self.request))
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Wrong ones. A form that was left half empty is no attempt, nor is one that was not looked at.

        That one has been recorded once, when the waiting began: whoever sends it again and again fills no trail.
        """
        name, is_full = form.cleaned_data.get("username"), form.cleaned_data.get("password")
        if name and is_full and throttle.was_looked_at(self.request):
            has_begun = throttle.has_begun(self.request)
            services.note_failed_sign_in(name, address_of(self.request), throttled=has_begun)
        return super().form_invalid(form)


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Django's own, POST only. Who is not signed in any more ends at the same place."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Leave."""
        if isinstance(request.user, User):
            services.note_sign_out(request.user, address_of(request))
        return super().post(request, *args, **kwargs)
