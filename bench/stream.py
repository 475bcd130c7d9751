"""An orderly stream of valid Avro events, made faster than any worker reads.

Each event is a template, encoded once, with its id, subject and instants put in: a
generator that encodes each event again would be slower than what it is to measure. The
first pass over the subjects gives everyone but a few a consent, the second a purchase, then
come shares, messages and the rest, so that about one event in forty is a finding.

The first two passes are the first stage. After it nobody's consent changes: consents are
given again, which a store must keep, and that alters no verdict. So a program that does
not read its topics in the order of time finds the same as one that does, as long as it
has read the first stage before the second is sent.

People are named as docs/events.md asks of producers: `p1-` and 40 hexadecimal digits. In the
second stage they come in turn, or in random order, which is harder on a processor's caches.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

import msgspec

from streams.core.events import Event
from streams.core.identifiers import ControllerId, SubjectId, SubjectKey, subject_key
from streams.core.instants import Instant, parse_instant
from streams.core.vocabulary import EventType
from streams.wire.encode import event_to_avro

BEGIN = parse_instant("2026-09-01T08:00:00.000Z")
CONTROLLER = ControllerId("DUINZICHT")
STEP_MS = 10
"""Time between two events: the whole of a million takes less than three hours."""

UNCOVERED = 40
"""One subject in so many refuses or says nothing, and buys nothing."""

STAGE_ONE_TURNS = 2

Order = Literal["in turn", "random"]

_SPREAD: Final = 0x9E3779B97F4A7C15F39CC0605CEDC8341082276B
"""Odd, so that multiples of it below 2^160 are all different."""
_MASK: Final = (1 << 160) - 1
_SEED: Final = 20260901


def pseudonym_of(subject: int) -> bytes:
    """The name of a subject, 43 characters; it looks like what `consentry pseudonym` prints."""
    return b"p1-%040x" % ((subject + 1) * _SPREAD & _MASK)


_SUBJECT = pseudonym_of(0).decode()
_EVENT = "e0000000000"

GRANT: dict[str, Any] = {
    "event_type": "consent-change", "action": "GRANTED", "consent_id": "c-1",
    "purposes": ["THIRD_PARTY_DIRECT_MARKETING"], "recipient_ids": ["ZONKRACHT"],
    "data_categories": ["EMAIL", "NAME"], "consent_method": "BUTTON", "notice_version": "v3",
    "evidence_ref": "ev-1", "separate_act": True, "bundled_with_terms": False,
    "condition_of_service": False, "age_band": "ADULT",
}  # fmt: skip
REFUSAL: dict[str, Any] = {
    "event_type": "consent-change", "action": "REFUSED",
    "purposes": ["THIRD_PARTY_DIRECT_MARKETING"], "recipient_ids": ["ZONKRACHT"],
}  # fmt: skip
PURCHASE: dict[str, Any] = {
    "event_type": "purchase", "action": "PURCHASED", "purchase_id": "p1",
    "seller_controller_id": CONTROLLER, "product_categories": ["BED_LINEN"],
    "contact_details_obtained": ["EMAIL"], "opt_out_offered_at_collection": True,
    "opt_out_exercised_at_collection": False, "consideration": "DIRECT",
}  # fmt: skip
SHARE: dict[str, Any] = {
    "event_type": "data-share", "recipient_id": "ZONKRACHT", "recipient_role": "THIRD_PARTY",
    "recipient_country": "NL", "purpose": "THIRD_PARTY_DIRECT_MARKETING",
    "data_categories": ["EMAIL"], "legal_basis_claimed": "CONSENT",
}  # fmt: skip
MESSAGE: dict[str, Any] = {
    "event_type": "marketing-message", "message_purpose": "MARKETING", "channel": "EMAIL",
    "sender_controller_id": CONTROLLER, "advertiser_id": CONTROLLER,
    "product_categories": ["BED_LINEN"], "legal_basis_claimed": "SOFT_OPT_IN",
    "unsubscribe_present": True, "sender_identity_present": True,
    "contact_point_present": True, "caller_id_shown": True,
}  # fmt: skip
NOTICE: dict[str, Any] = {"event_type": "recipient-notification", "recipient_id": "ZONKRACHT"}

MIX = (SHARE, SHARE, MESSAGE, SHARE, PURCHASE, SHARE, MESSAGE, SHARE, GRANT, SHARE, NOTICE, SHARE)


class Made(NamedTuple):
    """One event: its type, the number of its subject, its instant and its bytes."""

    kind: EventType
    subject: int
    at: Instant
    value: bytes


class Template:
    """The bytes of an event, open where events differ."""

    def __init__(self, fields: dict[str, Any]) -> None:
        event: Event = msgspec.convert(
            {
                "event_id": _EVENT, "controller_id": CONTROLLER, "subject_id": _SUBJECT,
                "occurred_at": BEGIN, "recorded_at": BEGIN, **fields,
            },
            Event,
        )  # fmt: skip
        self.kind = EventType(fields["event_type"])
        value = event_to_avro(event)
        self._head, rest = value.split(_EVENT.encode(), 1)
        self._middle, rest = rest.split(_SUBJECT.encode(), 1)
        between, _, self._tail = rest.partition(long_bytes(BEGIN))
        second, self._tail = self._tail[: 1 + len(long_bytes(BEGIN))], self._tail[7:]
        if between or second != b"\x02" + long_bytes(BEGIN):
            raise ValueError("the schema has changed: the fields stand elsewhere")

    def fill(self, number: int, subject: int, at: bytes, letter: bytes = b"e") -> bytes:
        """The bytes of event `number` of a subject; `at` is the instant as encoded.

        The event's id is the letter and ten digits.
        """
        return b"%b%b%010d%b%b%b\x02%b%b" % (
            self._head, letter, number, self._middle, pseudonym_of(subject), at, at, self._tail,
        )  # fmt: skip


def long_bytes(value: int) -> bytes:
    """A long in Avro's variable-length zig-zag encoding."""
    rest, out = value << 1, bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


_long = long_bytes
"""The name by which scripts of before know it."""


def key_of(subject: int) -> SubjectKey:
    """The Kafka key of a subject."""
    return subject_key(CONTROLLER, SubjectId(pseudonym_of(subject).decode()))


def make(count: int, subjects: int, *, first: int = 0, order: Order = "in turn") -> Iterator[Made]:
    """`count` events from number `first` on; the first stage has each subject in turn.

    After it they come as `order` says; the same arguments give the same events.
    """
    drawn = random.Random(_SEED + first)
    grant, refusal, purchase = Template(GRANT), Template(REFUSAL), Template(PURCHASE)
    mix = [Template(fields) for fields in MIX]
    notice = mix[-2]
    for number in range(first, first + count):
        turn, subject = divmod(number, subjects)
        if order == "random" and turn >= STAGE_ONE_TURNS:
            subject = drawn.randrange(subjects)
        covered = subject % UNCOVERED != 0
        template = mix[(turn + subject) % len(mix)]
        if turn == 0:
            silent = refusal if subject % (2 * UNCOVERED) else notice
            template = grant if covered else silent
        elif turn == 1:
            template = purchase if covered else notice
        elif not covered and template.kind in (grant.kind, purchase.kind):
            template = notice
        at = Instant(BEGIN + number * STEP_MS)
        yield Made(template.kind, subject, at, template.fill(number, subject, long_bytes(at)))
