"""The model finds what is wrong with commands that are carried out without a safeguard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import strategies as st

from streams.agents import restrictor, retractor
from streams.agents.commander import Commander
from streams.agents.eraser import Eraser
from streams.agents.judged_batch import JudgedBatch
from streams.agents.restrictor import Restrictor
from streams.agents.retractor import Retractor
from streams.core import superseded
from streams.core.erase import erased
from streams.transport.commit.output_batch import OutputBatch
from streams.transport.commit.transactions import Committer
from streams.transport.tasks import partition_task
from streams.wire.commands import REBUILT
from streams.wire.progress import Progress, encode_progress
from tests.model.play import Event
from tests.model.searching import ALL_JUDGED, Safeguard, later, wrong
from tests.model.staging import running
from tests.model.traffic import NAMES


def interrupted() -> st.SearchStrategy[list[Event]]:
    """An erasure is begun, and so many steps later everything stops and is started again."""

    def schedule(who: int, steps: int, sent: int) -> list[Event]:
        return [*ALL_JUDGED, ("erase", who, 0), ("run", 3 * steps, 1), ("send", sent, 0)]

    return st.builds(schedule, st.integers(0, 2), st.integers(0, 60), st.integers(0, 5))


ERASED = interrupted()
COMMANDS = later(("run", "run", "erase", "rebuild", "send", "kill", "start"))


def the_answer_is_sent_beside_the_transaction(patch: pytest.MonkeyPatch) -> None:
    whole = Committer.commit

    async def commit(self: Any, batches: Sequence[OutputBatch]) -> None:
        process = running()
        for batch in batches:
            early = [one for one in batch.outputs if one.topic == NAMES.command_results]
            batch.outputs = [one for one in batch.outputs if one.topic != NAMES.command_results]
            for one in early:
                await process.call("answer early", lambda one=one: process.broker.append(  # type: ignore[misc]
                    one.topic, one.partition, key=one.key, value=one.value
                ))  # fmt: skip
        await whole(self, batches)

    patch.setattr(Committer, "commit", commit)


def the_effect_is_written_before_the_transaction(patch: pytest.MonkeyPatch) -> None:
    """What is published again goes out beside it, and so a second time after a crash."""
    whole = Committer.commit

    async def commit(self: Any, batches: Sequence[OutputBatch]) -> None:
        process = running()
        for batch in batches:
            early = [one for one in batch.outputs if REBUILT in one.headers]
            batch.outputs = [one for one in batch.outputs if REBUILT not in one.headers]
            for one in early:
                await process.call("rebuild early", lambda one=one: process.broker.append(  # type: ignore[misc]
                    one.topic, one.partition, key=one.key, value=one.value, headers=one.headers
                ))  # fmt: skip
        await whole(self, batches)

    patch.setattr(Committer, "commit", commit)


def how_far_a_command_is_is_not_stored(patch: pytest.MonkeyPatch) -> None:
    def forgetful(progress: Progress) -> bytes:
        command, progress.command = progress.command, None
        stored = encode_progress(progress)
        progress.command = command
        return stored

    patch.setattr(partition_task, "encode_progress", forgetful)


def tombstones_go_before_the_row_that_stays(patch: pytest.MonkeyPatch) -> None:
    begin, erase = Eraser._begin, Eraser.erase

    def begin_without(self: Any, key: Any, command_id: Any, record: Any, *given: Any) -> None:
        ongoing, batch = given
        held = JudgedBatch(NAMES, 0, 0, batch.bounds, lambda: False, batch._encoder)
        kept = dict(self._rows.rows_of(key))
        begin(self, key, command_id, record, ongoing, held)
        for place in self._rows.rows_of(key).keys() - kept.keys():
            self._rows.put(place, None)
        self._subjects.forget(key, ())

    def erase_first(self: Any, key: Any, command_id: Any, record: Any, *given: Any) -> bool:
        if not erase(self, key, command_id, record, *given):
            return False
        subject, decision = erased(
            self._fact(key, command_id, record), self._policy, self._progress.partition_time
        )
        given[1].write(self._subjects.store(key, subject, decision), decision)
        return True

    patch.setattr(Eraser, "_begin", begin_without)
    patch.setattr(Eraser, "erase", erase_first)


def a_command_is_answered_after_its_first_piece(patch: pytest.MonkeyPatch) -> None:
    carried_out = Commander._carried_out

    def hasty(self: Any, *given: Any) -> bool:
        carried_out(self, *given)
        return True

    patch.setattr(Commander, "_carried_out", hasty)


def a_restriction_counts_from_the_last_time_it_is_asked(patch: pytest.MonkeyPatch) -> None:
    restrict = Restrictor.restrict

    def again(self: Any, *given: Any) -> None:
        with patch.context() as inner:
            inner.setattr(restrictor, "marked", lambda _: iter(()))
            restrict(self, *given)

    patch.setattr(Restrictor, "restrict", again)


def a_restriction_is_lifted_in_memory_alone(patch: pytest.MonkeyPatch) -> None:
    lift = Restrictor.lift

    def lift_here(self: Any, key: Any, ongoing: Any, batch: Any) -> None:
        lift(self, key, ongoing, JudgedBatch(NAMES, 0, 0, batch.bounds, bool, batch._encoder))

    patch.setattr(Restrictor, "lift", lift_here)


def what_a_command_names_is_believed(patch: pytest.MonkeyPatch) -> None:
    def end(self: Any, one_id: str, said: Any, at: Any, batch: Any) -> str:
        found: str = self._remove(one_id, said, at, batch)
        return found

    patch.setattr(Retractor, "_end", end)


def what_is_ended_keeps_its_revision(patch: pytest.MonkeyPatch) -> None:
    taken_back = superseded.taken_back

    def same(said: Any, *given: Any) -> Any:
        return msgspec.structs.replace(taken_back(said, *given), revision=said.revision)

    patch.setattr(retractor, "taken_back", same)


def restricted() -> st.SearchStrategy[list[Event]]:
    """A person asks for restriction, and some hours later again, or for the opposite."""

    def schedule(who: int, asked: list[int]) -> list[Event]:
        later: list[Event] = [("tick", 0, 5), ("mix", 119, 0)]
        return [*ALL_JUDGED, *(one for how in asked for one in (("restrict", who, how), *later))]

    return st.builds(schedule, st.integers(0, 2), st.lists(st.integers(0, 1), max_size=4))


RETRACTIONS = later(("retract", "run", "mix", "send"), most=8)
ANSWERS = "commands and answers differ"
MARKED = "restricted otherwise than was asked"
HALF = "not erased|not all was published again|the net outputs|other rows than went"


@pytest.mark.parametrize(
    ("safeguard", "strategy", "how"),
    [
        (the_answer_is_sent_beside_the_transaction, COMMANDS, ANSWERS),
        (the_effect_is_written_before_the_transaction, COMMANDS, "ahead|in a rebuild"),
        (how_far_a_command_is_is_not_stored, ERASED, HALF),
        (tombstones_go_before_the_row_that_stays, ERASED, HALF),
        (a_command_is_answered_after_its_first_piece, COMMANDS, HALF),
        (a_restriction_counts_from_the_last_time_it_is_asked, restricted(), MARKED),
        (a_restriction_is_lifted_in_memory_alone, restricted(), MARKED),
        (what_a_command_names_is_believed, RETRACTIONS, "the net outputs|visible: revision"),
        (what_is_ended_keeps_its_revision, RETRACTIONS, "visible: revision"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_without_a_safeguard_a_command_is_done_wrong(
    patch: pytest.MonkeyPatch,
    safeguard: Safeguard,
    strategy: st.SearchStrategy[list[Event]],
    how: str,
) -> None:
    safeguard(patch)
    found = wrong(strategy)
    assert re.search(how, found), found
