"""Findings and duties of one partition number, as they stood after a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from streams.core.findings import Finding, OutputRecord, id_of
from streams.core.identifiers import subject_key
from streams.core.quality import ABOUT_RECORDS
from streams.verify.across import Across
from streams.verify.output_record import kept_form, read_output
from streams.verify.result import Difference, DifferenceKind
from streams.verify.spill import Spill
from streams.wire.commands import REBUILT
from streams.wire.errors import WireError
from streams.wire.framing import RegistryDecoder
from streams.wire.progress import BATCH_HEADER
from streams.wire.record import Record

_UNNUMBERED = -1


class Outputs:
    """One output topic. Records are given in the order of their offsets.

    `problems` are what cannot be so whatever the cut: unreadable records, revisions that
    are visible twice, batch numbers that go back. Numbers may go back as often as the
    setting `generation` was raised: the state then began again, on the same topics. What an
    operator had put right (`consentry outputs rebuild`) is no problem any more.
    """

    def __init__(
        self,
        *,
        duties: bool,
        number: int,
        generation: int,
        across: Across,
        registry: RegistryDecoder | None = None,
    ) -> None:
        self._registry = registry
        self._duties = duties
        self._number = number
        self._across = across
        self._restarts_left = generation - 1
        self._batch = 0

    def release(self, spill: Spill, sequence: int) -> None:
        """Let what was put by take its place, where it belongs to a new cut."""
        due = "FROM later WHERE duty = ? AND batch <= ?"
        waiting = spill.execute(
            f"SELECT id, value, offset {due} ORDER BY offset",
            self._duties,
            sequence,
        ).fetchall()
        for one_id, value, offset in waiting:
            self._put(spill, one_id, value, offset)
        spill.execute(f"DELETE {due}", self._duties, sequence)

    def take(self, spill: Spill, records: Sequence[Record], sequence: int) -> None:
        """Store the outputs of batches up to the cut, and put later ones by."""
        spill.execute("BEGIN")
        for record in records:
            self._one(spill, record, sequence)
        spill.execute("COMMIT")

    def _one(self, spill: Spill, record: Record, sequence: int) -> None:
        one_id = (record.key or b"").decode(errors="replace")
        output = value = None
        if record.value is not None:
            output = self._decode(spill, record, one_id)
            if output is None:
                return
            value = kept_form(record.value, output)
        self._put_right(spill, record, one_id)
        batch = _batch_of(record)
        if batch == _UNNUMBERED and not self._duties and self._across.take(record, one_id, output):
            return
        if isinstance(output, Finding) and output.code in ABOUT_RECORDS:
            self._across.keep(one_id)
        self._number_rises(spill, record, batch)
        self._revision_rises(spill, record, one_id, output)
        if batch > sequence:
            values = self._duties, record.offset, one_id, value, batch
            spill.execute("INSERT INTO later VALUES (?, ?, ?, ?, ?)", *values)
        else:
            self._put(spill, one_id, value, record.offset)

    def problems(self, spill: Spill) -> Iterator[Difference]:
        """Those that nothing put right, in the order of offsets."""
        for (value,) in spill.execute(
            "SELECT difference FROM problem WHERE duty = ? ORDER BY offset", self._duties
        ):
            yield msgspec.msgpack.decode(value, type=Difference)

    def _put_right(self, spill: Spill, record: Record, one_id: str) -> None:
        """An operator had what stands now published; or what nobody could read is gone."""
        if REBUILT in record.headers:
            spill.execute("DELETE FROM problem WHERE id = ? AND duty = ?", one_id, self._duties)
        elif record.value is None:
            spill.execute(
                "DELETE FROM problem WHERE id = ? AND duty = ? AND unreadable",
                one_id,
                self._duties,
            )

    def _decode(self, spill: Spill, record: Record, one_id: str) -> OutputRecord | None:
        try:
            output = read_output(record.value or b"", self._registry, duty=self._duties)
        except WireError as error:
            what = f"a record cannot be read: {error}"
            self._report(spill, DifferenceKind.UNREADABLE, record, one_id, what)
            return None
        if id_of(output) != one_id:
            what = "the key of a record is not the id that it holds"
            self._report(spill, DifferenceKind.UNREADABLE, record, one_id, what)
            return None
        return output

    def _number_rises(self, spill: Spill, record: Record, batch: int) -> None:
        if batch >= self._batch or batch == _UNNUMBERED:
            self._batch = max(batch, self._batch)
            return
        if REBUILT in record.headers:
            self._batch = batch  # what stood before was another installation's
            return
        if self._restarts_left == 0:
            what = f"batch {batch} stands after batch {self._batch}"
            key = (record.key or b"").decode(errors="replace")
            self._report(spill, DifferenceKind.REPEATED, record, key, what)
            return
        # Everything before is of an earlier generation: older, whatever its number.
        self._restarts_left -= 1
        self._batch = batch
        self.release(spill, 1 << 62)
        spill.execute("UPDATE output SET last = 0 WHERE duty = ?", self._duties)

    def _revision_rises(
        self, spill: Spill, record: Record, one_id: str, output: OutputRecord | None
    ) -> None:
        place = one_id, self._duties
        if output is None:
            # What was removed may begin again.
            spill.execute("UPDATE output SET last = 0 WHERE id = ? AND duty = ?", *place)
            return
        row = spill.execute("SELECT last FROM output WHERE id = ? AND duty = ?", *place).fetchone()
        last = row[0] if row else 0
        if output.revision == last and REBUILT in record.headers:
            return  # an operator had it published again
        if output.revision <= last:
            twice = output.revision == last
            rest = "is visible twice" if twice else f"stands after revision {last}"
            what = f"revision {output.revision} {rest}"
            self._report(spill, DifferenceKind.REPEATED, record, one_id, what, output)
            return
        spill.execute(
            "INSERT INTO output VALUES (?, ?, ?, NULL, 0, ?) "
            "ON CONFLICT (id, duty) DO UPDATE SET last = excluded.last",
            *place,
            subject_key(output.controller_id or "", output.subject_id or ""),
            output.revision,
        )

    def _put(self, spill: Spill, one_id: str, value: bytes | None, offset: int) -> None:
        spill.execute(
            "UPDATE output SET value = ?, offset = ? WHERE id = ? AND duty = ?",
            value,
            offset,
            one_id,
            self._duties,
        )

    def _report(
        self,
        spill: Spill,
        kind: DifferenceKind,
        record: Record,
        one_id: str,
        what: str,
        output: OutputRecord | None = None,
    ) -> None:
        difference = Difference(
            kind=kind,
            topic=record.topic,
            partition=self._number,
            offset=record.offset,
            what=what,
            violation_id=one_id,
            code=output.code if output else None,
            controller_id=output.controller_id if output else None,
            subject_id=output.subject_id if output else None,
        )
        spill.execute(
            "INSERT OR REPLACE INTO problem VALUES (?, ?, ?, ?, ?)",
            one_id,
            self._duties,
            record.offset,
            kind is DifferenceKind.UNREADABLE,
            msgspec.msgpack.encode(difference),
        )


def _batch_of(record: Record) -> int:
    for name, value in record.headers:
        if name == BATCH_HEADER and value is not None and value.isdigit():
            return int(value)
    return _UNNUMBERED
