"""Where each field of a finding or duty goes in a format, found by changing it.

What differs between the two outputs is where the field is. Nobody has to keep a table by
hand, and none can be wrong.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from streams.core.findings import Duty, Finding, OutputRecord
from streams.core.instants import Instant
from streams.core.vocabulary import DataCategory, EventType, Finality, LegalBasis, Severity
from streams.siem.cloudevents import KafkaRecord
from streams.siem.formats import FORMATS
from streams.siem.producer import Producer
from tests.siem.lives import lives
from tests.siem.readers import READERS, read_cef, read_leef, read_rfc5424

PRODUCER: Final = Producer(version="1.2.3")
_LIVES = lives()
_AT = 1_790_000_000_000

# A finding that has everything, and another value for each field. `status` is left out:
# the life has a table of its own.
_FULL_FINDING = msgspec.structs.replace(
    _LIVES["finding revised"],
    reason="REASON",
    contributing_codes=("CODE",),
    uncovered_data_categories=(DataCategory.EMAIL,),
)
_OTHER: Final[dict[str, Any]] = {
    "revision": 77,
    "finality": Finality.FINAL,
    "severity": Severity.MEDIUM,
    "event_type": EventType.MARKETING_MESSAGE,
    "trigger_event_type": EventType.DATA_SHARE,
    "claimed_basis": LegalBasis.CONTRACT,
    "uncovered_data_categories": (DataCategory.PHONE,),
    "code": "NO_CONSENT",
    "occurred_at": Instant(_AT + 1),
    "detected_at": Instant(_AT + 2),
    "due_at": Instant(_AT + 3),
    "notified_at": Instant(_AT + 4),
    "starts_at": Instant(_AT + 5),
    "share_count": 7,
}
_FULL_DUTY = msgspec.structs.replace(_LIVES["duty overdue"], notified_at=Instant(_AT))
_OWN_OF_DUTIES = (
    "duty_id",
    "trigger_event_type",
    "trigger_event_id",
    "trigger",
    "starts_at",
    "due_at",
    "share_ids",
    "share_count",
)
_CEF_HEADER = ("vendor", "product", "version", "signature ID", "name", "severity")
_NOWHERE = ("status", "explanation_nl", "remediation_nl")


def places(form: str) -> list[tuple[str, str]]:
    """Each field with its places in a format; `duty:` marks those that findings have not."""
    found = [
        (name, _changed(form, _FULL_FINDING, name))
        for name in Finding.__struct_fields__
        if name not in _NOWHERE
    ]
    found += [
        (f"duty: {name}", _changed(form, _FULL_DUTY, name))
        for name in (*_OWN_OF_DUTIES, "notified_at")
    ]
    return [(name, ", ".join(f"`{place}`" for place in where)) for name, where in found if where]


def _changed(form: str, one: Finding | Duty, name: str) -> list[str]:
    before = _flat(form, one)
    after = _flat(form, msgspec.structs.replace(one, **{name: _another(one, name)}))
    differing = [place for place in (*before, *after) if before.get(place) != after.get(place)]
    return list(dict.fromkeys(differing))


def _another(one: OutputRecord, name: str) -> Any:
    if name in _OTHER:
        return _OTHER[name]
    value = getattr(one, name)
    if isinstance(value, bool):
        return not value
    return ("other",) if isinstance(value, tuple) else "other"


def _flat(form: str, one: OutputRecord) -> dict[str, list[Any]]:
    """Places with what stands there; members of a list are one place."""
    made = FORMATS[form](one, PRODUCER)
    if isinstance(made, KafkaRecord):
        return {name: [value] for name, value in made.headers} | {"key": [made.key]}
    if isinstance(made, dict):
        found: dict[str, list[Any]] = {}
        _collect(made, "", found)
        return found
    if form == "cef":
        cef = read_cef(made)
        header = dict(zip(_CEF_HEADER, cef.header, strict=True))
        labels = {key: text for key, text in cef.extension.items() if key.endswith("Label")}
        named = {
            f"{key} ({labels[f'{key}Label']})" if f"{key}Label" in labels else key: text
            for key, text in cef.extension.items()
            if not key.endswith("Label")
        }
        return {name: [text] for name, text in (header | named).items()}
    if form == "leef":
        leef = read_leef(made)
        return {"EventID": [leef.header[3]]} | {k: [v] for k, v in leef.attributes.items()}
    if form != "rfc5424":
        return {name: [value] for name, value in READERS[form](made).items()}
    syslog = read_rfc5424(made)
    (parameters,) = syslog.data.values()
    return {
        "PRI": [syslog.priority],
        "TIMESTAMP": [syslog.timestamp],
        "MSGID": [syslog.message_id],
        **{name: [text] for name, text in parameters.items()},
        "MSG": [syslog.text],
    }


def _collect(value: Any, place: str, found: dict[str, list[Any]]) -> None:
    if isinstance(value, dict):
        for name, member in value.items():
            # The flat form has dots in its names; they read the same.
            _collect(member, f"{place}.{name}" if place else name, found)
    elif isinstance(value, list):
        for member in value:
            _collect(member, f"{place}[]", found)
    else:
        found.setdefault(place, []).append(value)
