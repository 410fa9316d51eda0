"""Finds what nobody sees to: lost workers, unrung rows, looks that are due, old orders, spent passwords, due syncs.

A process of its own (`manage.py sweep`), without the broker: when that is gone it carries the runs out itself.
"""

import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, connections
from django.db.models import Q
from django.db.models.functions import Now

from connectors.sync import schedule
from neurons_admin import doorbell
from people import runner
from people.looking import look
from people.models import ActionRun, SealedPassword
from people.models.run import ATTEMPTS
from people.settling import IN_DOUBT
from people.tasks import TASK

logger = logging.getLogger(__name__)

State = ActionRun.State
RING_AGAIN = timedelta(seconds=30)
# Passes between two looks at the synchronisations.
SYNC_EVERY = 10
# The advisory lock that lets one sweeper go at a time ("neur").
ONE_AT_A_TIME = 0x6E657572
HANDS = 4
AT_ONCE = 200


class Sweeper:
    """One pass after another. Every step is a compare-and-set, so a second sweeper would do no harm."""

    def __init__(self) -> None:
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="sweeper")
        self._in_hand: set[uuid.UUID] = set()
        self._passes = 0

    def close(self) -> None:
        """Let what is under way finish."""
        self._hands.shutdown(wait=True, cancel_futures=True)

    def sweep(self) -> bool:
        """One pass; False if another sweeper is at it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_AT_A_TIME])
            if not cursor.fetchone()[0]:
                return False
            try:
                self._pass()
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])
        return True

    def _pass(self) -> None:
        """Each step by itself: what one row may have wrong with it holds up nothing else."""
        steps: list[Callable[[], object]] = [
            settle_lost, give_up_old, release_held, purge_passwords, self._look, self._ring,
        ]  # fmt: skip
        if self._passes % SYNC_EVERY == 0:
            steps += [schedule.start_due, schedule.ring_waiting]
        self._passes += 1
        for step in steps:
            try:
                step()
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                logger.exception("A step of the sweeper failed; the others go on.")

    def _look(self) -> None:
        for run in ActionRun.objects.for_work().filter(next_read_at__lte=Now())[:AT_ONCE]:
            self._hand_over(run.pk, look, run)

    def _ring(self) -> None:
        unrung = Q(rung_at__isnull=True) | Q(rung_at__lt=Now() - RING_AGAIN)
        for pk in ActionRun.objects.due().filter(unrung).order_by("created_at").values_list("pk", flat=True)[:AT_ONCE]:
            if doorbell.ring(TASK, pk):
                ActionRun.objects.filter(pk=pk).update(rung_at=Now())
            else:
                self._hand_over(pk, runner.carry_out, pk)

    def _hand_over(self, pk: uuid.UUID, work: Callable[[Any], None], subject: object) -> None:
        """Give work to a thread, unless one of them has this run in hand already."""
        if pk in self._in_hand:
            return
        self._in_hand.add(pk)
        self._hands.submit(self._do, pk, work, subject)

    def _do(self, pk: uuid.UUID, work: Callable[[Any], None], subject: object) -> None:
        try:
            work(subject)
        except Exception:
            logger.exception("The sweeper could not finish run %s; its lease will settle it.", pk)
        finally:
            connections.close_all()
            self._in_hand.discard(pk)


def settle_lost() -> None:
    """Runs whose worker is gone: never sent, then back into the queue; perhaps sent, then unknown."""
    lost = Q(state=State.RUNNING, lease_until__lt=Now())
    for run in ActionRun.objects.filter(lost):
        if run.sent_at is None:
            reason = "The worker was lost before anything was sent."
            ActionRun.objects.move(
                run, State.QUEUED, reason, expecting=lost & Q(sent_at=None), lease_until=None, rung_at=None
            )
        else:
            reason = "The worker was lost after sending: it may or may not have happened."
            columns: dict[str, Any] = {"lease_until": None, "reads": 0, "next_read_at": Now(), "in_doubt": True}
            ActionRun.objects.move(
                run, State.UNKNOWN, reason, expecting=lost & Q(sent_at__isnull=False), message=reason, **columns
            )


def give_up_old() -> None:
    """An order that nobody could carry out for hours, or that fells each worker, must not fire later."""
    waiting = Q(state__in=[State.QUEUED, State.HELD])
    old = waiting & Q(expires_at__lt=Now())
    worn = waiting & Q(attempts__gte=ATTEMPTS)
    for run in ActionRun.objects.filter(old | worn):
        code, reason = "expired", "It could not be carried out in time and has expired. Ask for it again."
        if run.attempts >= ATTEMPTS:
            code, reason = "attempts", f"Given up after {run.attempts} attempts."
        to = State.NEEDS_OPERATOR if run.in_doubt else State.FAILED
        message = f"{reason} {IN_DOUBT}" if run.in_doubt else reason
        ActionRun.objects.move(run, to, message, expecting=old | worn, message=message, error_code=code, ended_at=Now())


def release_held() -> None:
    """Try again, now and then, what waits for a credential to be mended. An attempt that was held is none."""
    due = Q(state=State.HELD) & ~Q(not_before__gt=Now())
    for run in ActionRun.objects.filter(due):
        reason = "Trying again whether the action credential works now."
        ActionRun.objects.move(run, State.QUEUED, reason, expecting=due, attempts=max(run.attempts - 1, 0))


def purge_passwords() -> int:
    """Delete the passwords that nobody may see any more."""
    deleted, _ = SealedPassword.objects.spent().delete()
    return deleted
