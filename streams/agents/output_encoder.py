"""Findings and duties as records of their topics, in the form that `output_format` says.

What a record holds follows from the finding and the settings alone, so a batch that is
judged again is written again byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streams
from streams.core.findings import Duty, Finding, OutputRecord, id_of
from streams.settings import Settings
from streams.settings.registry import OutputFormat
from streams.siem.cloudevents import binary, structured
from streams.siem.producer import Producer
from streams.wire.findings import duty_json, encode_duty, encode_finding, finding_json
from streams.wire.framing import AVRO_HEADER
from streams.wire.schemas import DUTY, FINDING

Headers = tuple[tuple[str, bytes | None], ...]

_JSON: Final = (("content-type", b"application/json"),)


class OutputEncoder:
    """Writes one form."""

    def __init__(
        self,
        form: OutputFormat = "avro",
        *,
        instance: str = "consentry",
        ids: Mapping[str, int] | None = None,
        id_bytes: int = 4,
    ) -> None:
        """`ids` are those of the schemas in the registry, by name, for `avro-registry`."""
        self._form: OutputFormat = form
        self._producer = Producer(version=streams.__version__, instance=instance)
        self._framing = {
            name: b"\0" + schema_id.to_bytes(id_bytes, "big")
            for name, schema_id in (ids or {}).items()
        }

    @classmethod
    def of(cls, settings: Settings, ids: Mapping[str, int] | None) -> OutputEncoder:
        """As the settings say."""
        return cls(
            settings.output_format,
            instance=settings.application_id,
            ids=ids,
            id_bytes=settings.registry_id_bytes,
        )

    def record(self, output: OutputRecord) -> tuple[bytes, bytes, Headers]:
        """Key, value and headers. The key is the id of the finding or duty in every form."""
        finding = isinstance(output, Finding)
        key = id_of(output).encode()
        match self._form:
            case "avro":
                return key, _avro(output), ()
            case "avro-registry":
                framing = self._framing[FINDING if finding else DUTY]
                return key, framing + _avro(output)[AVRO_HEADER:], ()
            case "json":
                return key, _json(output), _JSON
            case "cloudevents":
                event = structured(output, self._producer)
                return key, event.value, event.headers
            case "cloudevents-binary":
                event = binary(output, self._producer)
                return key, event.value, event.headers


def _avro(output: Finding | Duty) -> bytes:
    return encode_finding(output) if isinstance(output, Finding) else encode_duty(output)


def _json(output: Finding | Duty) -> bytes:
    return finding_json(output) if isinstance(output, Finding) else duty_json(output)
