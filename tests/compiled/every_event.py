"""What is published about every kind of event after a dozen of every kind: the indexes are in use."""

from __future__ import annotations

from hashlib import sha256

from bench.adversarial import EVENTS, HISTORIES
from bench.core_alone import PIECE, new_judge
from bench.in_turn import records
from streams.core.indexes import INDEXED_FROM
from streams.transport.fetch.poll_batch import PollBatch


def digest_of_outputs() -> str:
    """A digest of all outputs."""
    digest = sha256()
    for history in HISTORIES.values():
        for event in EVENTS.values():
            # On time, and one that comes late, from the middle of what was before.
            events = [history(place) for place in range(2, INDEXED_FROM + 6)]
            events += [event(100), event(101), event(5)]
            assert len(events) < PIECE
            for batch in new_judge().batches(PollBatch(0, 0, {}, records(events))):
                for output in batch.output.outputs:
                    digest.update(repr((output.topic, output.key, output.value)).encode())
    return digest.hexdigest()
