"""A map, ready for records: `Mapping.apply` is what every stage in front of Consentry calls."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Headers
from types import MappingProxyType
from typing import Any, Final, NoReturn

from streams.ingest.decoders import read_form, read_json_value
from streams.ingest.generate import functions_of
from streams.ingest.identities import Identities
from streams.ingest.map_spec import InputFormat, MapSpec
from streams.ingest.outcomes import Outcome, RejectedItem, Stopped, reject
from streams.ingest.record_keys import RecordKeys
from streams.ingest.subjects import PseudonymKey

Note = Callable[[str | None, str, Any], None]
"""Called with a rule (None: a check of the whole map), a path and the value there: a list's
elements are values of their own."""


def _not_decoded(_content: bytes) -> NoReturn:
    reject("the record was not decoded: the map's format is value")


_DECODERS: Final[Headers[InputFormat, Callable[[bytes], Any]]] = MappingProxyType(
    {
        InputFormat.JSON: read_json_value,
        InputFormat.FORM: read_form,
        InputFormat.VALUE: _not_decoded,
    }
)


class Mapping:
    """A map bound to a pseudonym key and an identity table. Stateless; one for all threads."""

    def __init__(
        self, spec: MapSpec, key: PseudonymKey, identities: Identities | None = None
    ) -> None:
        self.spec = spec
        self.name = spec.name
        self._keys = RecordKeys(key, Identities() if identities is None else identities)
        self._take = functions_of(spec).take
        self._decode = _DECODERS[spec.format]

    def apply(
        self, record: Any, headers: Headers[str, str] | None = None, *, note: Note | None = None
    ) -> list[Outcome]:
        """What becomes of a record: at least one outcome. Never raises for any record.

        `record` is its bytes, in the format of the map, or a value that was decoded: made of
        dict, list, str, int, float, bool, None (and datetime with a zone, as Avro has). `headers`
        are looked up without regard to case. `note` is shown each value whose words the map
        lists, as far as the record's checks let it be looked at.
        """
        out: list[Outcome] = []
        take = self._take if note is None else functions_of(self.spec, observing=True).take
        names = {name.lower(): value for name, value in headers.items()} if headers else {}
        try:
            if type(record) is bytes:
                top = self._decode(record)
            elif record is None:
                reject("the record is a tombstone: it has no value")
            else:
                top = record
            take(top, names, record, self._keys, note, out)
        except Stopped as stop:
            out.append(stop.outcome(None, None))
        if not out:
            out.append(RejectedItem("no entry [[event]] of the map takes this record"))
        return out
