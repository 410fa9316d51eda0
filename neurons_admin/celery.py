"""The Celery application: a doorbell and a pool of hands.

The row in PostgreSQL is the queue; a message carries a row's id and nothing else, may be lost and may arrive twice.
The reasons for each setting stand in docs/decisions/0003-the-row-is-the-queue.md.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_init
from django.db import close_old_connections

from . import broker
from .starting import begin

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "neurons_admin.settings")

broker.install()
app = Celery("neurons_admin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def _verify(**_: Any) -> None:
    begin("worker")


@task_prerun.connect
@task_postrun.connect
def _keep_good_connections(**_: Any) -> None:
    """Keep the connection to the database between tasks, by the rules for requests: a new one costs 15 ms."""
    close_old_connections()
