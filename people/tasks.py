"""What the workers are rung for. A message carries a row's id; the row knows everything else."""

from celery import shared_task

from connectors import sync
from people import imports, runner
from people.models import Pulse

# What the doorbell rings: for a run, and to find out whether a worker hears it.
TASK = "people.tasks.carry_out_run"
HEAR = "people.tasks.hear"
# A synchronisation may take long; one that is cut off goes on from its last page. The soft limit, which would raise
# something in its midst, comes never.
SYNC_SECONDS = 6 * 3600


@shared_task(name=TASK)
def carry_out_run(run_id: str) -> None:
    """Carry out one run. Rung twice or for a row that is done it does nothing."""
    runner.carry_out(run_id)


@shared_task(name="people.tasks.carry_out_sync", time_limit=SYNC_SECONDS, soft_time_limit=2 * SYNC_SECONDS)
def carry_out_sync(sync_run_id: str) -> None:
    """Carry out one synchronisation; it may take long."""
    sync.carry_out(sync_run_id, imports)


@shared_task(name=HEAR)
def hear(name: str) -> None:
    """Say that a worker hears the doorbell."""
    Pulse.objects.beat(name)
