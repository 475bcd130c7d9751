"""Keep the password out of the debug lines of the client libraries."""

from __future__ import annotations

import logging
from typing import Final

_LOGGERS: Final = ("aiokafka.conn", "kafka.net.connection", "kafka.net.transport")


class HiddenText(str):
    """A text that shows as stars in the text form of whatever holds it.

    kafka-python logs its whole configuration at DEBUG, password included.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "'**********'"


class _NoLogins(logging.Filter):
    """Drop debug lines that show a login going over the wire.

    aiokafka logs each request at DEBUG, and the one that logs in with PLAIN holds the
    password as it is.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG or "sasl" not in record.getMessage().lower()


_NO_LOGINS: Final = _NoLogins()


def hide_logins() -> None:
    """Filter the loggers of the client libraries; calling it again changes nothing."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_NO_LOGINS)
