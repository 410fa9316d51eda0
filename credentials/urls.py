"""Included by the roof at credentials/."""

from django.urls import path

from . import views

app_name = "credentials"
urlpatterns = [
    path("", views.listing, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/replace-secret/", views.replace_secret, name="replace_secret"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
]
