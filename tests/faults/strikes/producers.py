"""Producers on the inputs whose transactions come to nothing."""

from __future__ import annotations

import time
from typing import Final
from uuid import uuid4

from kafka import KafkaProducer
from kafka.errors import KafkaError

from streams.core.identifiers import SubjectId, subject_key
from streams.core.instants import Instant
from streams.wire.encode import event_to_json
from tests.faults.scene import Scene
from tests.faults.strikes.registry import strike
from tests.kafka.stories import CONTROLLER, share

TAKEN_BACK: Final = "taken-back"
"""Subjects of events that were never committed begin so: nothing may be said of them."""

EVENTS = 20
HANGING_S = 5.0


def begin(scene: Scene, timeout_s: float) -> KafkaProducer | None:
    """A transaction with events that would be violations, if they counted."""
    producer = KafkaProducer(
        bootstrap_servers=scene.cluster.direct,
        transactional_id=f"{scene.bus.settings.application_id}-{uuid4().hex[:8]}",
        transaction_timeout_ms=int(timeout_s * 1000),
    )
    try:
        producer.init_transactions()
        producer.begin_transaction()
        at = Instant(int(time.time() * 1000) - 3_600_000)
        for number in range(EVENTS):
            subject = SubjectId(f"{TAKEN_BACK}-{uuid4().hex[:8]}")
            event = share(subject, f"{subject}-{number}", at)
            producer.send(
                scene.bus.names.data_share,
                key=subject_key(CONTROLLER, subject),
                value=event_to_json(event),
            )
        producer.flush(10)
    except KafkaError:
        producer.close(timeout=1)
        return None
    return producer


@strike("producer aborts")
def abort(scene: Scene) -> None:
    """A transaction on the inputs is aborted: its records stay on the log, unseen."""
    producer = begin(scene, 10)
    if producer is not None:
        producer.abort_transaction()
        producer.close(timeout=5)
        scene.note("producer aborts")


@strike("producer hangs")
def hang(scene: Scene) -> None:
    """A transaction on the inputs stays open, and nobody can read on until it times out."""
    producer = begin(scene, HANGING_S)
    if producer is not None:
        scene.note("producer hangs")
        scene.later(2 * HANGING_S, lambda: producer.close(timeout=1))
