"""The app of people: their pages, the Actions menu, and the runs that carry actions out."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Names the app `people`."""

    name = "people"
