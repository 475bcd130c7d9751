"""One writer at a time: a loser says so, and nothing is written twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from streams.control import clients, in_force
from streams.control.in_force import begin
from streams.control.log import ControlLog
from streams.control.record import ControlRecord
from streams.control.write import OvertakenError, append
from streams.errors import ConsentryError
from streams.policy_file import PolicyText
from tests.policy_log.bus import LATER, SETTINGS, PolicyBus, record, text


def next_of(log: ControlLog) -> ControlRecord:
    return record(log.sequence + 1, text(LATER))


def sequences(bus: PolicyBus) -> list[int]:
    return [entry.record.sequence for entry in bus.log().entries]


def test_what_is_written_follows_what_is_there(bus: PolicyBus) -> None:
    bus.put(record(1))
    written = asyncio.run(append(SETTINGS, next_of))
    assert written == bus.log().entries[-1].record
    assert sequences(bus) == [1, 2]


def test_of_two_writers_at_once_one_writes_and_the_other_says_so(bus: PolicyBus) -> None:
    async def both() -> Sequence[object]:
        first, second = append(SETTINGS, next_of), append(SETTINGS, next_of)
        return await asyncio.gather(first, second, return_exceptions=True)

    found = asyncio.run(both())
    lost = [one for one in found if isinstance(one, OvertakenError)]
    assert len(lost) == 1
    assert "was not written" in lost[0].problem
    assert sequences(bus) == [1]


def test_a_writer_that_was_overtaken_before_it_wrote_writes_nothing(bus: PolicyBus) -> None:
    def overtaken(log: ControlLog) -> ControlRecord:
        bus.broker.init_producer(SETTINGS.control_transactional_id)
        return next_of(log)

    with pytest.raises(OvertakenError):
        asyncio.run(append(SETTINGS, overtaken))
    assert sequences(bus) == []


def test_without_the_fence_two_writers_write_the_same_number(
    bus: PolicyBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sabotage: ids of their own, so that neither ends the other."""
    ids = iter(("a", "b"))
    make = clients.control_producer
    monkeypatch.setattr(
        clients,
        "control_producer",
        lambda settings: make(settings.model_copy(update={"topic_control": next(ids)})),
    )

    async def both() -> None:
        await asyncio.gather(append(SETTINGS, next_of), append(SETTINGS, next_of))

    asyncio.run(both())
    with pytest.raises(ConsentryError, match="sequence is 1, and 2 must follow"):
        bus.log()


@pytest.mark.parametrize("wrong", [text("nothing = 1\n"), text(LATER, label="x" * 5_000_000)])
def test_what_would_stop_the_workers_is_not_written(bus: PolicyBus, wrong: PolicyText) -> None:
    made = msgspec.structs.replace(record(1), policy=wrong)
    with pytest.raises(ConsentryError):
        asyncio.run(append(SETTINGS, lambda _: made))
    assert sequences(bus) == []


def test_workers_that_start_together_write_one_first_policy(
    bus: PolicyBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_force, "PAUSE_S", 0.01)

    async def start() -> list[ControlLog]:
        return await asyncio.gather(
            *(begin(SETTINGS, text(LATER), f"worker {number}") for number in range(4))
        )

    logs = asyncio.run(start())
    [entry] = bus.log().entries
    assert entry.record.who.startswith("worker ")
    assert entry.record.why == "first policy of this installation"
    assert [log.entries[0].record for log in logs] == [entry.record] * 4


def test_a_worker_that_finds_a_policy_writes_none(bus: PolicyBus) -> None:
    bus.put(record(1), record(2, text(LATER)))
    found = asyncio.run(begin(SETTINGS, text(), "worker 1"))
    assert sequences(bus) == [1, 2]
    assert (found.sequence, len(found.entries)) == (2, 1)


def test_a_worker_gives_up_where_others_never_let_it(
    bus: PolicyBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_force, "PAUSE_S", 0.0)
    tries = 0

    async def overtaken(*_: object) -> None:
        nonlocal tries
        tries += 1
        raise OvertakenError("another one")

    monkeypatch.setattr(in_force, "append", overtaken)
    with pytest.raises(ConsentryError, match="again and again"):
        asyncio.run(begin(SETTINGS, text(), "worker 1"))
    assert tries == in_force.TRIES
    assert not sequences(bus)
