"""All addresses of the product."""

from django.urls import include, path

from neurons_admin.violations import csp_report
from people.views.home import home

handler400 = "neurons_admin.http.bad_request"
handler403 = "neurons_admin.audit.refusals.permission_denied"
handler500 = "neurons_admin.http.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("csp-report/", csp_report, name="csp_report"),
    path("sign-in/microsoft/", include("connectors.member_sign_in.urls")),
    path("", include("neurons_admin.access.urls")),
    path("audit/", include("neurons_admin.audit.urls")),
    path("connectors/", include("connectors.urls")),
    path("credentials/", include("credentials.urls")),
    path("", include("people.urls")),
    path("styleguide/", include("neurons_admin.ui.urls")),
]
