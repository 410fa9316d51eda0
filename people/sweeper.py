"""Finds what nobody sees to: lost workers, unrung rows, looks that are due, old orders, spent passwords, due syncs.

A process of its own (`manage.py sweep`), without the broker: when that is gone it carries the runs out itself.
"""

import logging
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, connection, connections
from django.db.models import Q
from django.db.models.functions import Now

from connectors import standing
from connectors.gates import shut_for
from connectors.models import Connector
from connectors.sync import schedule
from connectors.upkeep import warn_of_expiry
from neurons_admin import doorbell
from neurons_admin.access.session_store import SessionStore
from neurons_admin.audit import heads
from neurons_admin.pace import paced
from people import restores, runner
from people.looking import look
from people.models import ActionRun, Pulse, SealedPassword
from people.models.run import ACTS_WITH, ATTEMPTS, HELD_FOR_CREDENTIAL
from people.settling import IN_DOUBT
from people.tasks import HEAR, TASK

logger = logging.getLogger(__name__)

State = ActionRun.State
RING_AGAIN_SECONDS = 30.0
CANARY_SECONDS = 60.0
UNRUNG = "Taken up by the sweeper: the broker did not answer."
UNHEARD = "Taken up by the sweeper: a worker was rung for, and nobody came."
# Passes between two looks at the synchronisations.
SYNC_EVERY = 10
# Passes between two looks at what is about to expire, and at sessions that have.
WARN_EVERY = 300
# Passes between two looks at whether the head of the audit trail is to be kept.
HEADS_EVERY = 60
_WARNING = uuid.UUID(int=0)
_HEADS = uuid.UUID(int=1)
# The advisory lock that lets one sweeper go at a time ("neur").
ONE_AT_A_TIME = 0x6E657572
HANDS = 4
AT_ONCE = 200


class Sweeper:
    """One pass after another. Every step is a compare-and-set, so a second sweeper would do no harm."""

    def __init__(self) -> None:
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="sweeper")
        # Looks have threads of their own: a Graph that does not answer them must not hold up what is to be done.
        self._eyes = ThreadPoolExecutor(HANDS, thread_name_prefix="sweeper-looks")
        self._in_hand: set[uuid.UUID] = set()
        self._passes = 0

    def close(self) -> None:
        """Let what is under way finish."""
        for pool in (self._hands, self._eyes):
            pool.shutdown(wait=True, cancel_futures=True)

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
            restores.hold_if_restored, settle_lost, give_up_old, drop_followers, release_held, self._probe,
            purge_passwords, self._look, self._ring, ring_canary, beat,
        ]  # fmt: skip
        if self._passes % SYNC_EVERY == 0:
            steps += [schedule.start_due, schedule.ring_waiting]
        if self._passes % WARN_EVERY == 0:
            steps += [self._warn, SessionStore.clear_expired]
        if self._passes % HEADS_EVERY == 0:
            steps.append(self._keep_heads)
        self._passes += 1
        for step in steps:
            try:
                step()
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                logger.exception("A step of the sweeper failed; the others go on.")

    def _warn(self) -> None:
        """On a thread of its own: a mail server that does not answer must hold up nothing."""
        self._hand_over(_WARNING, lambda _: warn_of_expiry(), None, self._eyes)

    def _keep_heads(self) -> None:
        """On a thread of its own: so may a disk that is far away."""
        self._hand_over(_HEADS, lambda _: heads.keep_if_due(), None, self._eyes)

    def _look(self) -> None:
        due = ActionRun.objects.for_work().understood().filter(next_read_at__lte=Now()).exclude(shut_for(ACTS_WITH))
        for run in due.order_by("next_read_at")[:AT_ONCE]:
            self._hand_over(run.pk, look, run, self._eyes)

    def _ring(self) -> None:
        """Ring for what nobody was rung for. What was rung for long ago and still waits is carried out here."""
        unheard = Q(rung_at__lt=Now() - paced(RING_AGAIN_SECONDS))
        due = ActionRun.objects.due().filter(Q(rung_at=None) | unheard).order_by("created_at")
        for pk, rung_at in due.values_list("pk", "rung_at")[:AT_ONCE]:
            if rung_at is None and doorbell.ring(TASK, pk):
                # Not if a worker has taken it up and put it back already.
                ActionRun.objects.due().filter(pk=pk).update(rung_at=Now())
            else:
                self._hand_over(pk, partial(runner.carry_out, taken_up=UNHEARD if rung_at else UNRUNG), pk)

    def _probe(self) -> None:
        """Try the refused credentials again that runs need: to go on, or to look for what they have done."""
        for connector in _connectors_of(HELD_FOR_CREDENTIAL | Q(state=State.UNKNOWN)):
            credential = connector.action_credential
            if credential is not None and standing.is_refused(credential):
                self._hand_over(credential.pk, standing.probe, credential)

    def _hand_over(
        self, pk: uuid.UUID, work: Callable[[Any], object], subject: object, pool: ThreadPoolExecutor | None = None
    ) -> None:
        """Give work to a thread, unless one of them has this row in hand already."""
        if pk in self._in_hand:
            return
        self._in_hand.add(pk)
        (pool or self._hands).submit(self._do, pk, work, subject)

    def _do(self, pk: uuid.UUID, work: Callable[[Any], object], subject: object) -> None:
        try:
            work(subject)
        except Exception:
            logger.exception("The sweeper could not finish with %s; a lease or the next pass will settle it.", pk)
        finally:
            connections.close_all()
            self._in_hand.discard(pk)


def settle_lost() -> None:
    """Runs whose worker is gone: never sent, then back into the queue; perhaps sent, then unknown."""
    lost = Q(state=State.RUNNING, lease_until__lt=Now())
    for run in ActionRun.objects.understood().filter(lost):
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
        if run.held_because == ActionRun.Held.APPROVAL:
            reason = "Nobody else has agreed in time. Nothing was sent; ask for it again if it is still wanted."
        if run.attempts >= ATTEMPTS:
            code, reason = "attempts", f"Given up after {run.attempts} attempts."
        # What a restored backup brought back may have been carried out since it was made, and the row cannot know.
        doubt = restores.HELD if run.held_because == ActionRun.Held.RESTORE else IN_DOUBT if run.in_doubt else ""
        to = State.NEEDS_OPERATOR if doubt else State.FAILED
        message = f"{reason} {doubt}".strip()
        columns: dict[str, Any] = {"message": message, "error_code": code, "ended_at": Now()}
        as_read = (old | worn) & Q(in_doubt=run.in_doubt, held_because=run.held_because)
        if ActionRun.objects.move(run, to, message, expecting=as_read, **columns) and code == "attempts":
            logger.error("Run %s (%s): %s It fells workers: look into their logs.", run.pk, run.action, reason)


def drop_followers() -> None:
    """What waits for something that was not done is not done either."""
    fallen = Q(state=State.QUEUED, follows__state__in=[State.FAILED, State.CANCELLED])
    for run in ActionRun.objects.filter(fallen).select_related("follows"):
        reason = f"Not done, because “{run.follows.label}” was not done." if run.follows else ""
        ActionRun.objects.move(run, State.CANCELLED, reason, expecting=fallen, message=reason, ended_at=Now())


def _connectors_of(runs: Q) -> Iterable[Connector]:
    """Those that such runs act in."""
    found = ActionRun.objects.filter(runs)
    return Connector.objects.with_credentials().filter(pk__in=found.values("account__connector"))


def release_held() -> None:
    """Let go on what waited for a credential that works now.

    Where it is this server that cannot open the secret, or nothing was set, only trying again now and then tells.
    """
    for connector in _connectors_of(HELD_FOR_CREDENTIAL):
        if standing.is_refused(connector.action_credential):
            continue
        waits = Q(error_code__in=standing.NOT_MICROSOFTS, not_before__gt=Now())
        for run in ActionRun.objects.filter(HELD_FOR_CREDENTIAL, account__connector=connector).exclude(waits):
            reason = "Trying again: the action credential may work now."
            columns: dict[str, Any] = {"held_because": "", "not_before": None, "rung_at": None}
            ActionRun.objects.move(run, State.QUEUED, reason, expecting=HELD_FOR_CREDENTIAL, **columns)


def purge_passwords() -> int:
    """Delete the passwords that nobody may see any more."""
    deleted, _ = SealedPassword.objects.spent().delete()
    return deleted


def ring_canary() -> None:
    """Have a worker say that it hears; people.health notices when none does."""
    if Pulse.objects.ring_due(Pulse.WORKERS, CANARY_SECONDS):
        doorbell.ring(HEAR, Pulse.WORKERS)


def beat() -> None:
    """Say that the sweeper has got to the end of a pass."""
    Pulse.objects.beat(Pulse.SWEEPER)
