"""Records that no worker can judge, and future ones: each kind in turn.

The personal values here are the only ones in a sample. They are nobody's: a reserved
domain, a number of the fictional range, the example BSN of the handbooks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import msgspec

from streams.core.events import Purchase
from streams.core.identifiers import EventId, PurchaseId, SubjectId
from streams.core.instants import Duration, Instant, days, format_instant
from streams.core.vocabulary import Code, Consideration, EventType, PurchaseAction
from streams.dev.samples.records import SampleRecord
from streams.dev.samples.retailer import CONTROLLER
from streams.dev.samples.truth import ExpectedFinding

_Record = dict[str, Any]


def _other_symbol(record: _Record) -> bytes:
    return msgspec.json.encode(record | {"channel": "CARRIER_PIGEON"})


def _field_missing(record: _Record) -> bytes:
    return msgspec.json.encode({key: record[key] for key in record if key != "message_purpose"})


def _local_time(record: _Record) -> bytes:
    return msgspec.json.encode(record | {"occurred_at": record["occurred_at"][:-1]})


def _cut_short(record: _Record) -> bytes:
    whole = msgspec.json.encode(record)
    return whole[: len(whole) * 2 // 3]


def _not_json(_: _Record) -> bytes:
    return b"<message><channel>EMAIL</channel></message>"


def _raw(field: str, value: str) -> Callable[[_Record], bytes]:
    return lambda record: msgspec.json.encode(record | {field: value})


_UNPROCESSABLE = (_other_symbol, _cut_short, _field_missing, _not_json, _local_time)
_RAW_VALUES = (
    _raw("advertiser_id", "m.jansen@example.org"),
    _raw("message_id", "06-12345678"),
    _raw("advertiser_id", "111222333"),
    _raw("advertiser_id", "1234 AB 56"),
    _raw("advertiser_id", "1980-02-29"),
)


class BadRecords:
    """Makes bad records: unprocessable, raw personal values, future, and again.

    `findings` are those that carry a readable event id; `unaddressed` counts the others.
    """

    def __init__(self, *, seed: int, until: Instant) -> None:
        self._rng = Random(f"{seed}/bad")
        self._until = until
        self.findings: list[ExpectedFinding] = []
        self.unaddressed: dict[str, int] = {}

    def make(self, count: int, subjects: list[str]) -> Iterator[SampleRecord]:
        """`count` bad records among `subjects`, three kinds in turn."""
        for number in range(count):
            subject = self._rng.choice(subjects)
            at = Instant(self._until - self._rng.randrange(days(1), days(200)))
            kind, turn = number % 3, number // 3
            if kind == 2:
                yield self._future(number, subject)
                continue
            code, choices = (
                (Code.UNPROCESSABLE_EVENT, _UNPROCESSABLE),
                (Code.RAW_PERSONAL_DATA_IN_EVENT, _RAW_VALUES),
            )[kind]
            self.unaddressed[code] = self.unaddressed.get(code, 0) + 1
            yield SampleRecord(
                arrives_at=at,
                topic=EventType.MARKETING_MESSAGE,
                subject_id=subject,
                raw=choices[turn % len(choices)](self._message(number, subject, at)),
            )

    def _message(self, number: int, subject: str, at: Instant) -> _Record:
        return {
            "event_type": EventType.MARKETING_MESSAGE.value,
            "event_id": f"bad-x{number}",
            "controller_id": CONTROLLER,
            "subject_id": subject,
            "occurred_at": format_instant(at),
            "recorded_at": format_instant(at),
            "source_system": "mail",
            "message_purpose": "SERVICE",
            "contains_promotion": False,
            "channel": "EMAIL",
            "sender_controller_id": CONTROLLER,
        }

    def _future(self, number: int, subject: str) -> SampleRecord:
        """A till with a wrong clock: an order of some days from now."""
        occurred = Instant(self._until + self._rng.randrange(days(2), days(30)))
        arrives = Instant(self._until - self._rng.randrange(days(1), days(200)))
        event = Purchase(
            event_id=EventId(f"till-x{number}"),
            controller_id=CONTROLLER,
            subject_id=SubjectId(subject),
            occurred_at=occurred,
            recorded_at=Instant(occurred + Duration(300)),
            source_system="till",
            action=PurchaseAction.PURCHASED,
            purchase_id=PurchaseId(f"receipt-x{number}"),
            seller_controller_id=CONTROLLER,
            product_categories=("BOOKS",),
            opt_out_offered_at_collection=True,
            opt_out_exercised_at_collection=False,
            consideration=Consideration.DIRECT,
        )
        self.findings.append(
            ExpectedFinding(
                subject_id=subject,
                event_id=event.event_id,
                code=Code.FUTURE_TIMESTAMP,
                story="till-clock-wrong",
            )
        )
        return SampleRecord(
            arrives_at=arrives, topic=EventType.PURCHASE, subject_id=subject, event=event
        )
