"""The model finds what is wrong with commands that are carried out without a safeguard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import strategies as st

from streams.agents.commander import Commander
from streams.agents.eraser import Eraser
from streams.agents.judged_batch import JudgedBatch
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
        held = JudgedBatch(NAMES, 0, 0, batch._bounds, lambda: False, batch._encoder)
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


ANSWERS = "commands and answers differ"
HALF = "not erased|not all was published again|the net outputs|other rows than went"


@pytest.mark.parametrize(
    ("safeguard", "strategy", "how"),
    [
        (the_answer_is_sent_beside_the_transaction, COMMANDS, ANSWERS),
        (the_effect_is_written_before_the_transaction, COMMANDS, "ahead|in a rebuild"),
        (how_far_a_command_is_is_not_stored, ERASED, HALF),
        (tombstones_go_before_the_row_that_stays, ERASED, HALF),
        (a_command_is_answered_after_its_first_piece, COMMANDS, HALF),
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
