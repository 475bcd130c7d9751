"""Records that no event stream should carry, each with the code that it must end with.

Seeded, so a run can be repeated. Used by the tests of the decoder and of the worker, and
by the demo: whatever is sent, good records around these are judged.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from streams.core.identifiers import SubjectKey, subject_key
from streams.core.vocabulary import Code, EventType
from streams.wire.decode import Decoded, decode
from streams.wire.encode import event_to_avro

UNPROCESSABLE = Code.UNPROCESSABLE_EVENT
RAW = Code.RAW_PERSONAL_DATA_IN_EVENT
FUTURE = Code.FUTURE_TIMESTAMP

BIG = 1_000_000
"""Bytes of the largest record: below the limit of a topic with default settings."""
_BIG_ONES = 3
"""How many records may be that large: a thousand would fill a small broker's disk."""

CONTROLLER = "OURCO"


class MalformedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One record: what is wrong with it, the topic it is for, and how it must end.

    `value` None is a tombstone. A record of the kind `future_time` is a valid event whose
    instant lies in the future; all others are no events.
    """

    kind: str
    event_type: EventType
    key: SubjectKey
    value: bytes | None
    code: str

    def __repr__(self) -> str:
        """The kind only: values are long, and some look like personal data."""
        return f"MalformedRecord({self.kind}, {self.event_type})"


class _Source:
    """Makes good events to spoil: one share and one grant of a numbered subject."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - test data, no secret
        self.number = 0
        self.big_ones = 0

    def next(self) -> None:
        self.number += 1

    @property
    def subject(self) -> str:
        return f"malformed-{self.number:05d}"

    def share(self, **changed: Any) -> dict[str, Any]:
        return {
            "event_type": "data-share",
            "event_id": f"{self.subject}-share",
            "controller_id": CONTROLLER,
            "subject_id": self.subject,
            "occurred_at": "2026-09-01T11:00:00.000Z",
            "recorded_at": "2026-09-01T11:00:00.000Z",
            "source_system": "malformed",
            "recipient_id": "ACME",
            "recipient_role": "THIRD_PARTY",
            "purpose": "THIRD_PARTY_DIRECT_MARKETING",
            "data_categories": ["EMAIL"],
            "legal_basis_claimed": "CONSENT",
        } | changed

    def avro(self) -> bytes:
        decoded = decode(_text(self.share()), EventType.DATA_SHARE)
        assert isinstance(decoded, Decoded)
        return event_to_avro(decoded.event)

    def cut(self, value: bytes) -> bytes:
        return value[: self.random.randrange(12, len(value) - 1)]

    def digits(self, count: int) -> str:
        return "".join(self.random.choices("0123456789", k=count))

    def bsn(self) -> str:
        while True:
            first = [self.random.randrange(10) for _ in range(8)]
            weights = range(9, 1, -1)
            last = sum(w * d for w, d in zip(weights, first, strict=True)) % 11
            if last < 10 and any(first):
                return "".join(map(str, [*first, last]))


def _text(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()


def _zeros(source: _Source) -> bytes:
    source.big_ones += 1
    return bytes(BIG if source.big_ones <= _BIG_ONES else source.random.randrange(1, 1000))


def _email(source: _Source) -> str:
    name = source.random.choice(["jan.jansen", "p.de.vries+news", "info", "Sanne_Bakker"])
    return f"{name}@{source.random.choice(['example.nl', 'mail.example.co.uk'])}"


def _phone(source: _Source) -> str:
    digits = source.digits(8)
    form = source.random.choice(["06{}", "+316{}", "06-{}", "+31 6 {}", "00316{}"])
    return form.format(digits)


def _postcode(source: _Source) -> str:
    return source.random.choice(["1234 AB 12", "1234AB 12", "9999ZZ-1", "1011 AC, 7b"])


def _birth_date(source: _Source) -> str:
    year = source.random.randrange(1930, 2015)
    return source.random.choice(["{}-03-25", "25-3-{}", "25/03/{}"]).format(year)


def _in_free_field(source: _Source, value: str) -> bytes:
    """Any field that is tested for everything, an unknown one included."""
    share = source.share()
    share[source.random.choice(["source_system", "recipient_category", "note"])] = value
    return _text(share)


def _broken_with_email(source: _Source) -> bytes:
    whole = _text(source.share(lia_ref=_email(source), mechanism="FILE"))
    return whole[:-3]


def _garbage(source: _Source) -> bytes:
    # Neither of the two bytes that any framing begins with, nor a brace.
    return b"\xfe" + source.random.randbytes(source.random.randrange(1, 400))


_Maker = Callable[[_Source], bytes | None]

_MAKERS: dict[str, tuple[str, _Maker]] = {
    "truncated_json": (UNPROCESSABLE, lambda s: s.cut(_text(s.share()))),
    "truncated_avro": (UNPROCESSABLE, lambda s: s.cut(s.avro())),
    "truncated_avro_header": (UNPROCESSABLE, lambda s: s.avro()[: s.random.randrange(2, 10)]),
    "trailing_json": (UNPROCESSABLE, lambda s: _text(s.share()) + b"{}"),
    "trailing_avro": (UNPROCESSABLE, lambda s: s.avro() + b"\x00"),
    "unknown_fingerprint": (
        UNPROCESSABLE,
        lambda s: b"\xc3\x01" + s.random.randbytes(8) + s.avro()[10:],
    ),
    "other_schema": (UNPROCESSABLE, lambda _: b'{"order": 17, "lines": [{"sku": "TEA"}]}'),
    "other_event_type": (UNPROCESSABLE, lambda s: _text(s.share(event_type="purchase"))),
    "confluent_framing": (
        UNPROCESSABLE,
        lambda s: b"\x00" + s.random.randrange(1, 10_000).to_bytes(4, "big") + s.avro()[10:],
    ),
    "wrong_enum": (UNPROCESSABLE, lambda s: _text(s.share(purpose="WORLD_DOMINATION"))),
    "wrong_enum_in_list": (UNPROCESSABLE, lambda s: _text(s.share(data_categories=["SHOES"]))),
    "wrong_type": (UNPROCESSABLE, lambda s: _text(s.share(recipient_own_use="true"))),
    "missing_field": (UNPROCESSABLE, lambda s: _text(s.share(recipient_id=None))),
    "no_instant": (UNPROCESSABLE, lambda s: _text(s.share(occurred_at="yesterday"))),
    "local_time": (UNPROCESSABLE, lambda s: _text(s.share(occurred_at="2026-09-01T11:00:00"))),
    "empty_id": (UNPROCESSABLE, lambda s: _text(s.share(event_id=""))),
    "long_id": (UNPROCESSABLE, lambda s: _text(s.share(event_id="x" * 201))),
    "control_character": (UNPROCESSABLE, lambda s: _text(s.share(recipient_id="AC\x1fME"))),
    "empty": (UNPROCESSABLE, lambda _: b""),
    "blank": (UNPROCESSABLE, lambda s: b" " * s.random.randrange(1, 500)),
    "tombstone": (UNPROCESSABLE, lambda _: None),
    "zeros": (UNPROCESSABLE, _zeros),
    "garbage": (UNPROCESSABLE, _garbage),
    "gzip": (UNPROCESSABLE, lambda s: gzip.compress(_text(s.share()), mtime=0)),
    "bad_utf8": (
        UNPROCESSABLE,
        lambda s: _text(s.share()).replace(b'"malformed"', b'"malf\xffrmed"'),
    ),
    "utf16": (UNPROCESSABLE, lambda s: json.dumps(s.share()).encode("utf-16")),
    "duplicate_key": (UNPROCESSABLE, lambda s: _text(s.share())[:-1] + b', "purpose": "OTHER"}'),
    "not_a_number": (UNPROCESSABLE, lambda s: _text(s.share(score=float("nan")))),
    "not_an_object": (UNPROCESSABLE, lambda s: b"[" + _text(s.share()) + b"]"),
    "deep_nesting": (
        UNPROCESSABLE,
        lambda s: b'{"a":' * (depth := s.random.choice([20, 1_000, 50_000])) + b"1" + b"}" * depth,
    ),
    "long_number": (UNPROCESSABLE, lambda _: b'{"event_id":' + b"9" * 100_000 + b"}"),
    "raw_email": (RAW, lambda s: _text(s.share(lia_ref=_email(s)))),
    "raw_email_as_subject": (RAW, lambda s: _text(s.share(subject_id=_email(s)))),
    "raw_email_as_event_id": (RAW, lambda s: _text(s.share(event_id=_email(s)))),
    "raw_email_as_key": (RAW, lambda s: _text(s.share(matches={_email(s): True}))),
    "raw_email_and_wrong_enum": (RAW, lambda s: _text(s.share(purpose=_email(s)))),
    "raw_email_in_broken_json": (RAW, _broken_with_email),
    "raw_phone": (RAW, lambda s: _text(s.share(consent_ref=_phone(s)))),
    "raw_postcode": (RAW, lambda s: _in_free_field(s, _postcode(s))),
    "raw_birth_date": (RAW, lambda s: _in_free_field(s, _birth_date(s))),
    "raw_bsn": (RAW, lambda s: _in_free_field(s, s.bsn())),
    "future_time": (FUTURE, lambda s: _text(s.share(occurred_at="2199-01-01T00:00:00.000Z"))),
}

KINDS = tuple(_MAKERS)
"""Every kind, in the order in which they come round."""


def malformed_records(count: int, seed: int = 1) -> Iterator[MalformedRecord]:
    """Yield `count` records, all kinds in turn; the same seed gives the same records."""
    source = _Source(seed)
    for index in range(count):
        source.next()
        kind = KINDS[index % len(KINDS)]
        code, make = _MAKERS[kind]
        yield MalformedRecord(
            kind=kind,
            event_type=EventType.DATA_SHARE,
            key=subject_key(CONTROLLER, source.subject),
            value=make(source),
            code=code,
        )
