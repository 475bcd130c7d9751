"""Findings and duties whose texts want to break out of every format."""

from __future__ import annotations

from enum import Enum

import msgspec
from hypothesis import strategies as st

from streams.core.findings import Duty, Finding, OutputRecord
from streams.core.instants import EARLIEST, LATEST
from streams.core.vocabulary import (
    DataCategory,
    DutyStatus,
    EventType,
    Finality,
    LegalBasis,
    Severity,
    Status,
)

ATTACKS = (
    "e-1\n<134>1 2026-11-24T00:00:00Z evil app - - - forged",
    "e-1\r\nCEF:0|Evil|Evil|1|forged|forged|10|externalId=other",
    "x|10|externalId=other act=closed",
    "x externalId=other",
    "x\texternalId=other\tfindingId=other",
    "LEEF:2.0|Evil|Evil|1|forged|x09|findingId=other",
    'x"] [fake@32473 id="other',
    'x"][fake@32473 id="other"] text',
    "ends in a backslash\\",
    "ends in two\\\\",
    '\\=\\|\\]\\"\\n',
    '{"consentry.id": "other"}\n{"consentry.id": "other"}',
    "\u202egnp.exe\u202c \u2066\u200b\ufeff",
    "line\u2028paragraph\u2029next\x85line\x0b\x0c\x1c\x1d\x1e",
    "\x00\x07\x1b[2J\x7f\x9b",
    "12 LEN framing 99 <1>1",
    "=cmd|'/C calc'!A0",
    "O'Neil",
    "[' and `\u2019",
    "a<U+000A>b",
    "a~sha256:" + "0" * 64,
    " blanks at both ends ",
    "",
    "=" * 300,
    "\\" * 200,
    '"' * 200,
    "]" * 200,
    "|" * 200,
    "é" * 150,
    "𐍈" * 120,
    "A" * 100_000,
    "\n" * 100_000,
)
"""Forged headers and pairs, line ends of all kinds, escapes, bidi, and sheer length."""

texts = st.one_of(
    st.sampled_from(ATTACKS),
    st.text(st.sampled_from("\\=|\"'][ \t\r\n<>ax09\u202e\u2028"), max_size=40),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)
lists = st.lists(texts, max_size=4).map(tuple)
instants = st.integers(EARLIEST, LATEST)
"""All that the schema of findings can hold."""

_REST = {
    "revision": st.integers(1, 2**31 - 1),
    "severity": st.sampled_from(Severity),
    "detected_at": instants,
    "citations": lists,
}
_TEXTS = (
    "code law_version policy_version rule_version "
    "explanation_en explanation_nl remediation_en remediation_nl"
).split()

findings = st.builds(
    Finding,
    status=st.sampled_from(Status),
    finality=st.sampled_from(Finality),
    event_type=st.none() | st.sampled_from(EventType),
    occurred_at=st.none() | instants,
    claimed_basis=st.none() | st.sampled_from(LegalBasis),
    consent_ids_considered=lists,
    contributing_codes=lists,
    uncovered_data_categories=st.lists(st.sampled_from(DataCategory), max_size=3).map(tuple),
    protection_irrelevant=st.booleans(),
    late_detected=st.booleans(),
    breach_assessment_required=st.booleans(),
    review_required=st.booleans(),
    violation_id=texts,
    family=texts,
    event_id=texts,
    reason=st.none() | texts,
    controller_id=st.none() | texts,
    subject_id=st.none() | texts,
    recipient_id=st.none() | texts,
    **_REST,
    **dict.fromkeys(_TEXTS, texts),
)
duties = st.builds(
    Duty,
    status=st.sampled_from(DutyStatus),
    starts_at=instants,
    due_at=instants,
    notified_at=st.none() | instants,
    share_ids=lists,
    duty_id=texts,
    controller_id=texts,
    subject_id=texts,
    trigger_event_id=texts,
    trigger=texts,
    recipient_id=texts,
    **_REST,
    **dict.fromkeys(_TEXTS, texts),
)
output_records = findings | duties


def with_texts(one: OutputRecord, text: str, items: int | None = None) -> OutputRecord:
    """The same with another text wherever one stands; lists keep their length or get `items`."""
    changed: dict[str, object] = {}
    for name in one.__struct_fields__:
        value = getattr(one, name)
        if isinstance(value, str) and not isinstance(value, Enum):
            changed[name] = text
        elif isinstance(value, tuple) and name != "uncovered_data_categories":
            changed[name] = (text,) * (len(value) if items is None else items)
    return msgspec.structs.replace(one, **changed)


def harmless(one: OutputRecord) -> OutputRecord:
    """What a line looks like where nobody attacks."""
    return with_texts(one, "x")


LONG = ("=" * 200, '"' * 200, "\\" * 200, "\n" * 100_000, "𐍈" * 50)
"""What takes most room: whole and all of it to be escaped, or shortened."""
