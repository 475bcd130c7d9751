"""Setting aside what cannot be judged: a dead letter with the bytes, and a finding."""

from __future__ import annotations

from streams.agents.judged_batch import JudgedBatch
from streams.agents.output_encoder import OutputEncoder
from streams.agents.throttled_log import DeadLettered
from streams.core.policy import Policy
from streams.settings.names import TopicNames
from streams.transport.commit.output_batch import Output
from streams.wire.arrival import partition_of_finding
from streams.wire.dead_letters import encode_dead_letter, original_of
from streams.wire.record import Record
from streams.wire.refused import Refused
from streams.wire.traces import trace_id


class DeadLetterWriter:
    """Writes dead letters of one partition number."""

    def __init__(
        self,
        names: TopicNames,
        policy: Policy,
        number: int,
        count: int,
        max_bytes: int,
        encoder: OutputEncoder,
    ) -> None:
        """`max_bytes` is how large a record on the topics may be."""
        self._encoder = encoder
        self._max_bytes = max_bytes
        self._names = names
        self._policy = policy
        self._number = number
        self._count = count

    def put(self, record: Record, refused: Refused, batch: JudgedBatch) -> None:
        """Keep a record, and publish the finding about it, which nothing closes.

        The finding goes to the partition of its subject where one is known.
        """
        self.keep(record, refused, batch)
        finding = refused.finding(self._policy)
        batch.stats.finding(finding)
        number = partition_of_finding(refused, self._number, self._count)
        key, value, headers = self._encoder.record(finding)
        batch.output.add(Output(self._names.violations, number, key, value, headers))

    def keep(self, record: Record, refused: Refused, batch: JudgedBatch) -> None:
        """Count the record, and keep it with the reason, cut where it is too large.

        Raw personal data goes to the quarantine topic.
        """
        origin, letter = refused.origin, refused.rejected.dead_letter
        batch.count(record.topic).dead_lettered += 1
        batch.stats.dead_letters[letter.code] += 1
        batch.dead_lettered.append(
            DeadLettered(
                record.topic, record.partition, record.offset, letter.code, trace_id(record)
            )
        )
        original = original_of(record, origin, self._max_bytes)
        topic = self._names.quarantine if refused.quarantined else self._names.dead_letters
        # The key names the record by its place: the record's own may hold personal data.
        key = origin.reference.encode()
        content = encode_dead_letter(original, letter, origin.ingested_at)
        batch.output.add(Output(topic, self._number, key, content))
