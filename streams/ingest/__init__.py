"""From any bus: records of other systems to Consentry's events, by a closed table.

    mapping = Mapping(load_map(path, controller_id="OURCO"), PseudonymKey(key), identities)
    for outcome in mapping.apply(record.value, headers): ...

Nothing is guessed: a value that the map does not know rejects, absence never grants, and a
record always has an outcome. Values of the record enter no reason. docs/ingest.md is the
language of maps, docs/adr/0070-maps-are-closed-tables.md says why there is one.
"""

from __future__ import annotations

from streams.ingest.identities import Identities, load_identities
from streams.ingest.load import load_map, map_from_text
from streams.ingest.map_spec import InputFormat, MapSpec
from streams.ingest.mapping import Mapping
from streams.ingest.outcomes import IgnoredItem, MappedEvent, Outcome, RejectedItem
from streams.ingest.subjects import PseudonymKey

__all__ = [
    "Identities",
    "IgnoredItem",
    "InputFormat",
    "MapSpec",
    "MappedEvent",
    "Mapping",
    "Outcome",
    "PseudonymKey",
    "RejectedItem",
    "load_identities",
    "load_map",
    "map_from_text",
]
