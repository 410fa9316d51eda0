"""The app that brings the template tags of the look and the style guide."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Has no models."""

    name = "neurons_admin.ui"
    label = "ui"
