"""The rows of one partition number in transactions, each with how far the import is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.agents.output_encoder import OutputEncoder
from streams.core.findings import Finding
from streams.core.policy import Policy
from streams.operate.moving.ends import Ends
from streams.operate.moving.load import Exports
from streams.operate.moving.outputs import outputs_of
from streams.operate.moving.own_sources import Named
from streams.settings.names import TopicNames
from streams.transport.commit.output_batch import Bounds, Output
from streams.wire.imports import Import
from streams.wire.progress import (
    BATCH_HEADER,
    PROGRESS_KEY,
    Progress,
    StateOwner,
    encode_progress,
)
from streams.wire.rows import encode_row, subject_of

_STAMP = ((BATCH_HEADER, b"0"),)
"""Before the first batch that is judged: where the topics hold outputs of an earlier state, the
lower number shows that another one begins."""


class ImportPiece(NamedTuple):
    """What one transaction writes; `rows` counts the rows of subjects in it."""

    outputs: Sequence[Output]
    rows: int


class ImportBatches:
    """Cuts the rows of partition numbers into transactions."""

    def __init__(
        self,
        exports: Exports,
        names: TopicNames,
        policy: Policy,
        encoder: OutputEncoder,
        bounds: Bounds,
        *,
        owner: StateOwner,
        count: int,
        ends: Ends,
        named: Named | None = None,
    ) -> None:
        """`named` gives the rows of other topics a source that says so.

        `ends` stand in the progress rows until all is written.
        """
        self._exports = exports
        self._names = names
        self._policy = policy
        self._encoder = encoder
        self._bounds = bounds
        self._owner = owner
        self._count = count
        self._ends = dict(ends)
        self._named = named

    def unfinished(self, number: int, after: bytes) -> Iterator[ImportPiece]:
        """All rows of a partition number behind a key, with what was published about them.

        Tombstones for what was published about expired facts come first. Each piece ends with
        a progress row at which a worker stops. Raises CorruptRow.
        """
        if not after:
            yield from self._tombstones(number)
        outputs: list[Output] = []
        rows = size = 0
        key = after
        for subject, (key, stored) in self._exports.partition(number, after):
            row = stored if self._named is None else self._named(stored)
            added = [Output(self._names.changelog, number, key, encode_row(row))]
            for one in outputs_of(subject, row, self._policy):
                topic = self._names.violations if isinstance(one, Finding) else self._names.duties
                name, value, headers = self._encoder.record(one)
                added.append(Output(topic, number, name, value, (*_STAMP, *headers)))
            outputs += added
            rows += 1
            size += sum(one.size for one in added)
            if len(outputs) >= self._bounds.records or size >= self._bounds.bytes:
                yield self._piece(number, outputs, rows, key)
                outputs, rows, size = [], 0, 0
        if outputs:
            yield self._piece(number, outputs, rows, key)

    def _tombstones(self, number: int) -> Iterator[ImportPiece]:
        outputs: list[Output] = []
        for key, row in self._exports.gone(number):
            for one in outputs_of(subject_of(key), row, self._policy):
                topic = self._names.violations if isinstance(one, Finding) else self._names.duties
                name = self._encoder.record(one)[0]
                outputs.append(Output(topic, number, name, None, _STAMP))
            if len(outputs) >= self._bounds.records:
                yield self._piece(number, outputs, 0, b"")
                outputs = []
        if outputs:
            yield self._piece(number, outputs, 0, b"")

    def _piece(self, number: int, outputs: list[Output], rows: int, key: bytes) -> ImportPiece:
        return ImportPiece((*outputs, self.begun(number, key)), rows)

    def begun(self, number: int, after: bytes = b"") -> Output:
        """A progress row at which a worker stops: the rows up to a key are there."""
        progress = Progress(
            positions={},
            partitions=self._count,
            owner=self._owner,
            imported=Import(self._exports.digest, after=after, ends=self._ends),
        )
        return self.progress(number, progress)

    def progress(self, number: int, progress: Progress) -> Output:
        """A progress row as a record."""
        return Output(self._names.changelog, number, PROGRESS_KEY, encode_progress(progress))
