"""Puts the points into place when a process of the product starts."""

from django.apps import AppConfig
from django.utils.module_loading import import_string


class Sabotage(AppConfig):
    name = "tests.faults.sabotage"

    def ready(self) -> None:
        # By name: it needs the models, which are there only now.
        import_string("tests.faults.sabotage.points.install")()
