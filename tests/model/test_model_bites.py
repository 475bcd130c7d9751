"""The model finds what it is there to find: with a safeguard taken out, a schedule breaks it.

Each safeguard is taken out by a switch here, never in the product; a bounded search with a
fixed seed must then come upon a schedule after which something is lost, visible twice,
wrong, or stuck.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka.structs import TopicPartition
from hypothesis import strategies as st

from streams.agents.event_judge import EventJudge
from streams.core import refusals as refusals_of_core
from streams.core.vocabulary import Status
from streams.settings import Settings
from streams.transport import wiring
from streams.transport.commit import transactions
from streams.transport.commit.appending import send_all
from streams.transport.commit.output_batch import Output, OutputBatch
from streams.transport.commit.transactions import Committer
from streams.transport.tasks.partition_task import PartitionTask
from streams.wire.progress import PROGRESS_KEY
from tests.model import clients, without_faust
from tests.model.log import Offset
from tests.model.network import Process
from tests.model.play import Event, duels, schedules
from tests.model.searching import Safeguard, wrong
from tests.model.staging import running
from tests.model.traffic import GROUP, NAMES

# The safeguards taken out, by name.


def offsets_are_committed_beside_the_transaction(patch: pytest.MonkeyPatch) -> None:
    async def commit(self: Any, batches: Sequence[OutputBatch]) -> None:
        process, producer = running(), self._producer
        await producer.begin_transaction()
        for sent in await send_all(producer, _outputs(self, batches)):
            await sent
        await producer.commit_transaction()

        def beside() -> None:
            for batch in batches:
                for topic, at in batch.positions.items():
                    process.broker.set_committed(GROUP, topic, self._partition, at)

        await process.call("commit beside", beside)

    patch.setattr(Committer, "commit", commit)


def findings_go_out_before_the_transaction(patch: pytest.MonkeyPatch) -> None:
    whole = Committer.commit

    async def commit(self: Any, batches: Sequence[OutputBatch]) -> None:
        process = running()
        for batch in batches:
            early = [one for one in batch.outputs if one.topic == NAMES.violations]
            batch.outputs = [one for one in batch.outputs if one.topic != NAMES.violations]
            for one in early:
                await process.call("send early", lambda one=one: _append(process, one))  # type: ignore[misc]
        await whole(self, batches)

    patch.setattr(Committer, "commit", commit)


def deliveries_are_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    async def commit(self: Any, batches: Sequence[OutputBatch]) -> None:
        producer = self._producer
        await producer.begin_transaction()
        await send_all(producer, _outputs(self, batches))
        positions = {t: at for batch in batches for t, at in batch.positions.items()}
        offsets = {TopicPartition(t, self._partition): Offset(at) for t, at in positions.items()}
        await producer.send_offsets_to_transaction(offsets, self._group_id)
        await producer.commit_transaction()

    patch.setattr(Committer, "commit", commit)


def a_failed_transaction_is_passed_over(patch: pytest.MonkeyPatch) -> None:
    class Forgiving:
        @staticmethod
        def crash(*_: object, **__: object) -> None:
            """Go on."""

    patch.setattr(transactions, "process_exit", Forgiving)


def offsets_are_read_before_the_producer_starts(patch: pytest.MonkeyPatch) -> None:
    class Early(without_faust.View):
        def __init__(self, thread: without_faust.Thread, topics: tuple[str, ...]) -> None:
            super().__init__(thread, topics)
            broker = running().broker
            self._found = [broker.committed(GROUP, number) for number in (0, 1)]

        async def committed(self, partition: int) -> dict[str, int]:
            return self._found[partition]

    patch.setattr(wiring, "GroupView", Early)


def the_state_is_restored_before_the_producer_starts(patch: pytest.MonkeyPatch) -> None:
    class Late(clients.Producer):
        async def start(self) -> None:
            """Not yet."""

        async def begin_transaction(self) -> None:
            if self._session is None:
                await super().start()
            await super().begin_transaction()

    def late(settings: Settings, partition: int) -> clients.Producer:
        process = running()
        return Late(process.broker, process, settings.transactional_id(partition))

    patch.setattr(wiring, "worker_producer", late)


def the_state_is_read_uncommitted(patch: pytest.MonkeyPatch) -> None:
    def uncommitted(_settings: Settings) -> clients.Reader:
        process = running()
        return clients.Reader(process.broker, process, committed=False)

    patch.setattr(wiring, "changelog_reader", uncommitted)


def slices_need_not_continue(patch: pytest.MonkeyPatch) -> None:
    def enter(_self: PartitionTask, _piece: object) -> None:
        """Whatever it is."""

    patch.setattr(PartitionTask, "enter", enter)


def what_is_refused_is_refused_where_it_stands(patch: pytest.MonkeyPatch) -> None:
    def refuse(self: Any, record: Any, refused: Any, _counters: Any, batch: Any) -> None:
        self._set_aside(record, refused, batch)

    patch.setattr(EventJudge, "_refuse", refuse)


def what_is_refused_does_not_ask_for_its_event(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(refusals_of_core, "standing", lambda **_: Status.OPEN)


def _outputs(committer: Any, batches: Sequence[OutputBatch]) -> list[Output]:
    place = committer.changelog, committer._partition
    progress = Output(*place, PROGRESS_KEY, batches[-1].progress)
    return [*(one for batch in batches for one in batch.outputs), progress]


def _append(process: Process, one: Output) -> None:
    process.broker.append(
        one.topic, one.partition, key=one.key, value=one.value, headers=one.headers
    )


STATE = "the offsets are not those of the state|ended with code 2"
TWICE = "visible: revision|set aside twice|re-keyed twice"
LOST = "counted wrong|passed over|not kept|not sent home|the net outputs|revision 2 after 0"

crashes = schedules(("run", "run", "run", "send", "kill", "start"))
refusals = schedules(("run", "run", "run", "send", "refuse", "start"))
quiet = schedules(("run", "mix", "mix", "send", "send"))
losses = schedules(("run", "run", "run", "send", "drop"))


@pytest.mark.parametrize(
    ("safeguard", "strategy", "how"),
    [
        (offsets_are_committed_beside_the_transaction, crashes, STATE),
        (findings_go_out_before_the_transaction, crashes, f"{TWICE}|published ahead"),
        (deliveries_are_not_looked_at, refusals, f"{LOST}|{STATE}"),
        (a_failed_transaction_is_passed_over, refusals, f"{LOST}|{STATE}"),
        (offsets_are_read_before_the_producer_starts, duels(), STATE),
        (the_state_is_restored_before_the_producer_starts, duels(), f"{TWICE}|{LOST}|{STATE}"),
        # A row that was never committed has its event taken for a replay, and passed over.
        (the_state_is_read_uncommitted, crashes, f"{LOST}|{STATE}"),
        (slices_need_not_continue, losses, LOST),
        (what_is_refused_is_refused_where_it_stands, quiet, f"{LOST}|refused without a row"),
        (what_is_refused_does_not_ask_for_its_event, quiet, f"{LOST}|{TWICE}"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_without_a_safeguard_a_schedule_breaks_it(
    patch: pytest.MonkeyPatch,
    safeguard: Safeguard,
    strategy: st.SearchStrategy[list[Event]],
    how: str,
) -> None:
    safeguard(patch)
    found = wrong(strategy)
    assert re.search(how, found), found
