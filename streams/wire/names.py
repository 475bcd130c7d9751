"""Names of fields: misnamed ones are refused, other unknown ones are counted (legal model 3.2).

What a rule would have read may not be lost in silence: `expiresAt` is no field of one's
own, but an expiry that nobody would see.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from streams.core.vocabulary import EventType
from streams.wire.errors import WireError
from streams.wire.field_specs import FIELDS

_SHOWN_AT_MOST: Final = 64


def _bare(name: str) -> str:
    """A name without case, underscores, hyphens and the plural."""
    bare = name.lower().replace("_", "").replace("-", "")
    bare = bare.removesuffix("s")
    return f"{bare[:-2]}y" if bare.endswith("ie") else bare


_OF_TYPE: Final = {
    kind: {_bare(name): name for name in sorted(shape.names)} for kind, shape in FIELDS.items()
}
_OF_ANY: Final = {bare: name for names in _OF_TYPE.values() for bare, name in names.items()}


def unknown_names(kind: EventType, record: Mapping[str, Any]) -> int:
    """How many fields the event's type does not know. `record` holds no nulls or empty lists.

    Raises WireError for a name that stands for a known one, of this type or another.
    """
    known = FIELDS[kind].names
    if known.issuperset(record):
        return 0
    unknown = [name for name in record if name not in known]
    for name in unknown:
        bare = _bare(name)
        if bare in _OF_ANY:
            raise _misnamed(kind, name, bare)
    return len(unknown)


def _misnamed(kind: EventType, name: str, bare: str) -> WireError:
    """`name` is a spelling of a known name, so it may be shown where it is short plain text.

    It may hold any number of hyphens: what is said of a record must fit beside it.
    """
    plain = len(name) <= _SHOWN_AT_MOST and name.isascii() and name.isprintable()
    shown = name if plain else "(a field with an unusual name)"
    meant = _OF_TYPE[kind].get(bare)
    if meant is not None:
        return WireError(f"{shown} is no field of {kind.value}; the name is {meant}", shown)
    return WireError(
        f"{shown} is no field of {kind.value}, which would ignore it; {_OF_ANY[bare]} belongs "
        "to other types of events: leave it out here",
        shown,
    )
