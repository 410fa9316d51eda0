"""Neurons Admin: the roof (settings, urls, Celery) and the ground (access, audit, encryption) of the product."""

from .celery import app as celery_app

__all__ = ("celery_app",)
