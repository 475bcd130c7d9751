"""All formats by name, with one signature, for sinks to choose from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from streams.core.findings import OutputRecord
from streams.siem.cef import cef
from streams.siem.cloudevents import KafkaRecord, binary, structured
from streams.siem.ecs import ecs
from streams.siem.flat import flat
from streams.siem.leef import leef
from streams.siem.ocsf import ocsf
from streams.siem.producer import Producer
from streams.siem.rfc5424 import rfc5424

Rendered = dict[str, Any] | str | KafkaRecord
"""A JSON object, one line of text without its end, or a record for Kafka."""

Renderer = Callable[[OutputRecord, Producer], Rendered]

FORMATS: Final[dict[str, Renderer]] = {
    "ocsf": ocsf,
    "ecs": ecs,
    "flat": flat,
    "cef": cef,
    "leef": leef,
    "rfc5424": rfc5424,
    "cloudevents": binary,
    "cloudevents-structured": structured,
}


def one_line(rendered: dict[str, Any] | str) -> str:
    """An object as JSON, a line as it is: for files and for syslog. It holds no line end."""
    if isinstance(rendered, str):
        return rendered
    return msgspec.json.encode(rendered).decode()
