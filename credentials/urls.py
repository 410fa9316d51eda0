"""Included by the roof at credentials/."""

from django.urls import path

from . import certificate_views, reassign_views, views

app_name = "credentials"
urlpatterns = [
    path("", views.listing, name="list"),
    path("add/", views.add, name="add"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/edit/", views.edit, name="edit"),
    path("<uuid:pk>/replace-secret/", views.replace_secret, name="replace_secret"),
    path("<uuid:pk>/certificate.cer", certificate_views.download, name="certificate"),
    path("<uuid:pk>/next-certificate.cer", certificate_views.download_staged, name="staged_certificate"),
    path("<uuid:pk>/next-certificate/use/", certificate_views.use, name="use_certificate"),
    path("<uuid:pk>/next-certificate/discard/", certificate_views.discard, name="discard_certificate"),
    path("<uuid:pk>/give-another/", reassign_views.give_another, name="give_another"),
    path("<uuid:pk>/delete/", views.delete, name="delete"),
]
