"""All addresses of the product."""

from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="people:list"), name="home"),
    path("", include("people.urls")),
]
