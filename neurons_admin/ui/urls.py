"""Included by the roof at styleguide/."""

from django.urls import path

from . import views

app_name = "ui"
urlpatterns = [
    path("", views.styleguide, name="styleguide"),
    path("dialog/<slug:kind>/", views.dialog, name="dialog"),
    path("run/", views.run, name="run"),
]
