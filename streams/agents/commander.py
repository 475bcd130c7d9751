"""Carrying out commands of operators, as the owner of a partition number (docs/adr/0100).

A command is a record like others: its position and its result are in the transaction of what
it does, so it is done once, also across a crash. A long one goes on in further batches, and
nothing else of the partition is judged before it is through.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import structlog

from streams.agents.eraser import Eraser
from streams.agents.judged_batch import JudgedBatch
from streams.agents.rebuilder import Rebuilder
from streams.agents.restrictor import Restrictor
from streams.agents.retention import Retention
from streams.agents.retractor import Retractor
from streams.agents.subjects import Building, Subjects
from streams.core.identifiers import SubjectKey, subject_key
from streams.core.instants import LATEST, Instant
from streams.core.policy import Policy
from streams.settings.names import TopicNames
from streams.transport.commit.output_batch import Output
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.arrival import partition_for
from streams.wire.commands import (
    Command,
    CommandResult,
    ConcernedPerson,
    Ongoing,
    UnreadableCommand,
    decode_command,
    encode_result,
    id_of,
)
from streams.wire.guard import guard_key
from streams.wire.record import Record

log = structlog.get_logger("consentry.worker")

_OF_ONE_PERSON: Final = ("erase", "restrict", "unrestrict")


class Commander:
    """Carries out the commands of one partition number."""

    def __init__(
        self,
        partition: PartitionTask,
        names: TopicNames,
        subjects: Subjects,
        retention: Retention,
        policy: Policy,
    ) -> None:
        self._number = partition.number
        self._count = partition.count
        self._progress = partition.progress
        self._results = names.command_results
        self._eraser = Eraser(partition, names.commands, subjects, retention, policy)
        self._rebuilder = Rebuilder(partition.rows, policy)
        self._restrictor = Restrictor(partition.rows, subjects)
        self._retractor = Retractor(partition, subjects, policy, names.input_types)
        self._work: Iterator[None] | None = None
        """What is left of the command that is under way."""

        self._batch: JudgedBatch | None = None

    def begin_poll_batch(self) -> None:
        """A command that was given up is read again; other records may have come in between."""
        self._work = None

    def take(self, record: Record, batch: JudgedBatch) -> bool:
        """Carry out a command. False when the batch is full, or others should have a turn.

        What cannot be read, or is of an unknown kind, is answered and not obeyed.
        """
        command_id = id_of(record.key)
        try:
            if command_id is None:
                raise UnreadableCommand("the key is not the id of a command (a UUID)")
            command = decode_command(record.value)
            key = self._key(command)
        except UnreadableCommand as error:
            self._refuse(record, command_id or "", str(error), batch)
            return True
        ongoing = self._progress.command
        if ongoing is None or ongoing.offset != record.offset:
            ongoing = self._progress.command = Ongoing(record.offset)
        if not self._carried_out(command, command_id, key, record, ongoing, batch):
            return False
        self._work = self._progress.command = None
        result = CommandResult(
            command_id=command_id,
            partition=self._number,
            offset=record.offset,
            kind=command.kind,
            done=True,
            counts=ongoing.counts,
            recipients=ongoing.recipients,
        )
        self._answer(result, batch)
        log.info(
            "command.done", partition=self._number, kind=command.kind, id=command_id,
            **ongoing.counts,
        )  # fmt: skip
        return True

    def set_aside(self, record: Record, batch: JudgedBatch) -> None:
        """An operator gave a command up (docs/adr/0043): what was done of it stays, and it is over.

        As long as one is under way, no sweep has a turn, and no installation grows.
        """
        self._work = self._progress.command = None
        self._refuse(record, id_of(record.key) or "", "an operator had it set aside", batch)

    def _key(self, command: Command) -> SubjectKey | None:
        """Whom a command concerns. Raises UnreadableCommand where it cannot be carried out."""
        kind, person = command.kind, command.person
        if kind not in (*_OF_ONE_PERSON, "rebuild", "retract"):
            raise UnreadableCommand("this release does not know a command of this kind")
        if person is None:
            if kind in _OF_ONE_PERSON:
                raise UnreadableCommand("person: a command of this kind concerns one person")
            return None
        key = _key_of(person)
        home = partition_for(key, self._count)
        if home != self._number:
            raise UnreadableCommand(f"the person belongs to partition {home}")
        if kind == "restrict" and not self._restrictor.stores(key):
            raise UnreadableCommand("nothing is stored of the person, so nothing can be restricted")
        return key

    def _carried_out(
        self,
        command: Command,
        command_id: str,
        key: SubjectKey | None,
        record: Record,
        ongoing: Ongoing,
        batch: JudgedBatch,
    ) -> bool:
        if command.kind in _OF_ONE_PERSON:
            assert key is not None  # or it would have been refused
            if command.kind == "erase":
                return self._eraser.erase(key, command_id, record, ongoing, batch)
            if command.kind == "restrict":
                at = Instant(min(max(0, record.timestamp), LATEST))
                self._restrictor.restrict(key, at, ongoing, batch)
            else:
                self._restrictor.lift(key, ongoing, batch)
            return True
        self._batch = batch
        if self._work is None and command.kind == "retract":
            self._work = self._retractor.retract(command, record, ongoing, self._at_hand)
        elif self._work is None:
            self._work = self._rebuilder.rebuild(key, ongoing, batch.restate)
        self._rebuilder.into(batch.restate)
        try:
            return all(not batch.crowded() for _ in self._work)
        except Building:
            self._work = None  # it goes on once the subject is there
            raise

    def _at_hand(self) -> JudgedBatch:
        assert self._batch is not None
        return self._batch

    def _refuse(self, record: Record, command_id: str, problem: str, batch: JudgedBatch) -> None:
        result = CommandResult(
            command_id=command_id,
            partition=self._number,
            offset=record.offset,
            done=False,
            problem=problem,
        )
        self._answer(result, batch)
        log.warning(
            "command.refused", partition=self._number, offset=record.offset, problem=problem
        )

    def _answer(self, result: CommandResult, batch: JudgedBatch) -> None:
        key, value = encode_result(result)
        batch.output.add(Output(self._results, self._number, key, value))


def _key_of(person: ConcernedPerson) -> SubjectKey:
    key = subject_key(person.controller_id, person.subject_id)
    if key.count(b"\0") or key.count(b"\x1f") != 1:
        raise UnreadableCommand("person: an id holds a control character")
    if guard_key(key) is not None:
        raise UnreadableCommand("person: an id holds personal data, and no pseudonym")
    return key
