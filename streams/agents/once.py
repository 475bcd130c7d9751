"""What a batch says of one row, finding or duty, it says once: as it stands at the end.

An import of shares from before a withdrawal changes the duty with each of them; readers get
its last state. A finding or duty of another status is published beside the one before it, since
readers act on a status: only revisions that differ in nothing they act on are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from streams.agents.output_encoder import OutputEncoder
from streams.core.findings import Duty, Finding
from streams.transport.commit.output_batch import RECORD_OVERHEAD, Output, OutputBatch

Headers = Sequence[tuple[str, bytes | None]]


class Once:
    """Adds to one batch, in the place of what it holds of the same."""

    def __init__(
        self, batch: OutputBatch, headers: Headers, encoder: OutputEncoder | None = None
    ) -> None:
        """`headers` are those of findings and duties, before those of their form."""
        self._form = OutputEncoder() if encoder is None else encoder
        self._batch = batch
        self._outputs: list[Output] = batch.outputs
        self.row_bytes = 0
        """Of rows that the batch holds and has not counted yet (`count`)."""
        self._headers = headers
        self._rows: dict[bytes, int] = {}
        self._published: dict[str, tuple[int, str]] = {}
        """By address, where it stands in the batch, and its status."""
        self._revised: dict[int, tuple[str, int, Finding | Duty]] = {}
        """What is to stand in a place, not yet as bytes."""

    def row(self, changelog: str, partition: int, key: bytes, value: bytes) -> None:
        """A row of the changelog; `count` comes before the size of the batch is asked for."""
        output = Output(changelog, partition, key, value)
        place = self._rows.get(key)
        if place is None:
            outputs = self._outputs
            self._rows[key] = len(outputs)
            # As `add` does it, which would cost as much as making the row.
            outputs.append(output)
            self.row_bytes += RECORD_OVERHEAD + len(key) + len(value)
        else:
            self._batch.replace(place, output)

    def count(self) -> None:
        """Let the batch know how many bytes its rows take."""
        self._batch.bytes += self.row_bytes
        self.row_bytes = 0

    def finding(self, topic: str, partition: int, finding: Finding) -> None:
        """A finding at a new revision."""
        self._publish(topic, partition, finding.violation_id, finding.status, finding)

    def duty(self, topic: str, partition: int, duty: Duty) -> None:
        """A duty at a new revision."""
        self._publish(topic, partition, f"duty {duty.duty_id}", duty.status, duty)

    def _publish(
        self, topic: str, partition: int, address: str, status: str, one: Finding | Duty
    ) -> None:
        before = self._published.get(address)
        if before is not None and before[1] == status:
            self._revised[before[0]] = topic, partition, one
            return
        self._published[address] = len(self._batch.outputs), status
        self._batch.add(self._as_bytes(topic, partition, one))

    def _as_bytes(self, topic: str, partition: int, one: Finding | Duty) -> Output:
        key, value, headers = self._form.record(one)
        return Output(topic, partition, key, value, (*self._headers, *headers))

    def settle(self) -> None:
        """Put what was revised in its place; what comes now is published beside it."""
        self.count()
        for place, (topic, partition, one) in self._revised.items():
            self._batch.replace(place, self._as_bytes(topic, partition, one))
        self._rows, self._published, self._revised = {}, {}, {}
