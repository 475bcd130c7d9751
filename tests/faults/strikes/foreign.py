"""Somebody else writes on the topic of findings, and an operator has it ended."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import msgspec
from kafka import KafkaProducer

from streams.core.findings import Finding
from streams.core.identifiers import EventId, subject_key
from streams.core.superseded import own_address
from streams.core.vocabulary import Status
from streams.wire.arrival import partition_for
from streams.wire.commands import HeldOutput
from streams.wire.findings import decode_finding, encode_finding
from tests.faults.checks import DEAD_LETTER_CODES
from tests.faults.orders import ACKNOWLEDGED_S, RETRACT
from tests.faults.scene import Scene, stubbornly
from tests.faults.strikes.commands import order
from tests.faults.strikes.exports import somebody_works
from tests.faults.strikes.registry import strike
from tests.model.foreign import FOREIGN

ENDED: Final = "foreign findings ended"


@strike(ENDED, weight=2, possible=somebody_works)
def end(scene: Scene) -> None:
    """A finding about an event that nobody knows, and one at a revision that the state never had.

    As `consentry outputs rebuild` does: the owner is asked to end them, and all is published again.
    """
    findings = [
        decode_finding(record.value)
        for record in stubbornly(lambda: scene.bus.read(scene.bus.names.violations))
        if record.value is not None and FOREIGN not in record.headers
    ]
    known = [one for one in findings if one.code not in DEAD_LETTER_CODES]
    for one in scene.rnd.sample(known, min(2, len(known))):
        revised = msgspec.structs.replace(one, revision=one.revision + 5, status=Status.REVISED)
        for foreign in (_of_nobody(one), revised):
            _write(scene, foreign)
    scene.note(ENDED)


def _of_nobody(one: Finding) -> Finding:
    other = msgspec.structs.replace(one, event_id=EventId(f"unknown-{uuid4()}"), status=Status.OPEN)
    address = own_address(other)
    assert address is not None
    return msgspec.structs.replace(other, violation_id=address)


def _write(scene: Scene, foreign: Finding) -> None:
    """Write it where its person belongs, and have it ended there."""
    key = subject_key(foreign.controller_id or "", foreign.subject_id or "")
    number = partition_for(key, scene.bus.settings.partitions)
    value, topic = encode_finding(foreign), scene.bus.names.violations

    def send() -> None:
        producer = KafkaProducer(bootstrap_servers=scene.cluster.direct, acks="all", retries=0)
        try:
            producer.send(
                topic, value, foreign.violation_id.encode(), [FOREIGN], partition=number
            ).get(ACKNOWLEDGED_S)
        finally:
            producer.close(timeout=1)

    stubbornly(send)
    held = HeldOutput(id=foreign.violation_id, record=value)
    order(scene, RETRACT, number, None, (held,))
    order(scene, "rebuild", number, key)
