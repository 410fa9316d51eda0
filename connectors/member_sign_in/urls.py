"""Included by the roof at sign-in/microsoft/."""

from django.urls import path

from connectors.member_sign_in import views, way

__all__ = ["way"]

app_name = "member_sign_in"
urlpatterns = [
    path("", views.sign_in, name="begin"),
    path("confirm/", views.confirm, name="confirm"),
    path("back/", views.back, name="back"),
]
