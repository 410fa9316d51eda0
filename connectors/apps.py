"""The app that knows how each tenant is reached: what is read from it, when, and how we act there."""

from django.apps import AppConfig


class ConnectorsConfig(AppConfig):
    """Names the app `connectors`."""

    name = "connectors"
