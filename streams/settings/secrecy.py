"""Keep passwords and records out of the debug lines of the client libraries."""

from __future__ import annotations

import logging
from typing import Final

_WIRE_LOGGERS: Final = (
    "aiokafka.conn",
    "kafka.net.connection",
    "kafka.net.transport",
    "kafka.protocol.parser",
)


class HiddenText(str):
    """A text that shows as stars in the text form of whatever holds it.

    kafka-python logs its whole configuration at DEBUG, password included.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "'**********'"


class _NoWireTraces(logging.Filter):
    """Drop the lines that show what goes over the wire.

    At DEBUG both libraries log each request as it is: the one that logs in with PLAIN
    holds the password, and the others hold events about people.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG


_NO_WIRE_TRACES: Final = _NoWireTraces()


def hide_wire_traces() -> None:
    """Filter the loggers of the client libraries; calling it again changes nothing."""
    for name in _WIRE_LOGGERS:
        logging.getLogger(name).addFilter(_NO_WIRE_TRACES)
