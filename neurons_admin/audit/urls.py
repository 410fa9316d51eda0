"""Included by the roof at audit/."""

from django.urls import path

from neurons_admin.audit import views

app_name = "audit"

urlpatterns = [
    path("", views.events, name="list"),
    path("export/", views.export_events, name="export"),
]
