"""Kombu's Redis transport, made to outlive messages that nobody can read.

As it is, a message that is no JSON, or whose body is not what Celery expects, ends the whole worker; some are put back
into the queue at that, and end the next one, too. Here they are noted in the log and thrown away: no work is in them.
"""

import logging
from json import JSONDecodeError
from queue import Empty
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis

logger = logging.getLogger(__name__)

# What reading a message raises that is not as it should be. No trouble with the connection is among these.
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
THROWN_AWAY = "A message that nobody can read was thrown away."


class Channel(redis.Channel):
    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc]
        except (JSONDecodeError, UnicodeDecodeError):
            logger.exception(THROWN_AWAY)
            raise Empty from None

    def basic_consume(self, queue: str, no_ack: bool, callback: Any, consumer_tag: str | None, **kwargs: Any) -> Any:
        """As kombu's; but a message over which `callback` stumbles does not go back into the queue."""

        def careful(message: Any) -> Any:
            try:
                return callback(message)
            except UNREADABLE:
                logger.exception(THROWN_AWAY)
                if not message.acknowledged:
                    message.reject()

        return super().basic_consume(queue, no_ack, careful, consumer_tag, **kwargs)


class Transport(redis.Transport):
    Channel = Channel

    def _deliver(self, message: Any, queue: str | None) -> None:
        try:
            super()._deliver(message, queue)
        except UNREADABLE:
            logger.exception(THROWN_AWAY)


def install() -> None:
    """Have every address of a Redis mean this transport."""
    for scheme in ("redis", "rediss"):
        TRANSPORT_ALIASES[scheme] = f"{__name__}:{Transport.__name__}"
