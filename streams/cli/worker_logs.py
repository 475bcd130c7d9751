"""The worker's log: JSON lines for machines, readable lines on a terminal.

Libraries speak through the same lines, warnings and worse only: what they say below
that may quote records.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from streams.terminal.logs import LogHandler, text_renderer

Event = MutableMapping[str, Any]


def set_up_logs(*, as_json: bool, stream: TextIO | None = None, process: str | None = None) -> None:
    """Send everything that is logged to standard output, one line per event.

    With `process` each line names it, since several write there.
    """
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if process is not None:
        shared.append(lambda _logger, _method, event: {"process": process} | event)
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else text_renderer(colours=(stream or sys.stdout).isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = LogHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _without_values],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("consentry").setLevel(logging.INFO)
    # It warns whenever a first append in a transaction is refused once, which is usual.
    logging.getLogger("aiokafka.producer.sender").setLevel(logging.ERROR)


def _without_values(_logger: object, _method: str, event: Event) -> Mapping[str, Any]:
    """Libraries' tracebacks show arguments, which may be records: the type is enough."""
    raised = event.pop("exc_info", None)
    if isinstance(raised, tuple) and raised[0] is not None:
        event["error"] = raised[0].__name__
    record = event.get("_record")
    if record is not None:
        record.exc_info = None
        record.exc_text = None
    return event
