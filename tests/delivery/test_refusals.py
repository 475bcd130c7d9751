"""A receiver that refuses everything is not ten thousand bad letters."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from streams.delivery.circuit import CircuitState
from streams.delivery.interrupt import Interrupt
from streams.delivery.refusals import RefusalLimit
from streams.delivery.sink_sender import SinkSender
from streams.sinks.contract import DELIVERED, DeliveryResult
from streams.sinks.finding_update import Removal
from tests.delivery.receivers import OPTIONS, REJECTED, Receiver, handed, sender
from tests.sinks.loads import updates

BATCH = OPTIONS.model_copy(update={"batch_max_records": 100})


def interrupted(
    one: SinkSender, loads: list[str], seconds: float
) -> tuple[list[DeliveryResult | None], list[str], list[dict[str, object]]]:
    """Hand loads over for so long; the outcomes, what was set aside, and the log."""
    kept: list[str] = []

    async def reject(place: int, _reason: str) -> None:
        kept.append(loads[place])

    async def run() -> list[DeliveryResult | None]:
        interrupt = Interrupt()
        working = asyncio.create_task(one.hand_over(loads, interrupt, reject))
        await asyncio.sleep(seconds)
        interrupt.set()
        return await working

    with capture_logs() as logs:
        return asyncio.run(run()), kept, [dict(line) for line in logs]


def test_a_receiver_that_refuses_all_halts_the_sink_which_keeps_its_place_and_says_why() -> None:
    loads = [f"load-{number}" for number in range(1_000)]
    one = sender(Receiver(*[[REJECTED]] * 10_000), BATCH)
    outcomes, kept, logs = interrupted(one, loads, 0.1)
    assert kept == []
    assert outcomes == [None] * len(loads)
    assert one.stats.counts.dead_lettered == 0
    assert one.refusals.holds
    assert one.circuit.state is not CircuitState.CLOSED
    assert one.problem == "it refuses 100 of 100: 400"
    [said] = [line for line in logs if line["event"] == "sink.refused"]
    assert "refused_limit_share" in str(said["remedy"])


def test_it_goes_on_when_the_receiver_takes_something_again() -> None:
    loads = [f"load-{number}" for number in range(300)]
    receiver = Receiver(*[[REJECTED]] * 5)
    outcomes, one, kept = handed(receiver, loads, BATCH)
    assert receiver.has == loads
    assert kept == []
    assert all(outcome == DELIVERED for outcome in outcomes)
    assert one.problem == ""
    assert not one.refusals.holds
    assert one.circuit.state is CircuitState.CLOSED


def test_some_bad_letters_among_good_ones_are_set_aside_as_ever() -> None:
    loads = [f"load-{number}" for number in range(100)]
    receiver = Receiver([REJECTED] * 40 + [DELIVERED] * 60)
    _, one, kept = handed(receiver, loads, BATCH)
    assert len(kept) == 40
    assert one.stats.counts.delivered == 60


def test_what_it_takes_beside_is_taken_and_the_rest_is_held() -> None:
    loads = [f"load-{number}" for number in range(100)]
    receiver = Receiver([REJECTED] * 60 + [DELIVERED] * 40, [REJECTED], [DELIVERED])
    _, one, kept = handed(receiver, loads, BATCH)
    assert kept == []
    assert receiver.has == loads[60:] + loads[:60]
    assert one.stats.counts.dead_lettered == 0


def test_a_revision_that_was_held_does_not_come_behind_a_later_one() -> None:
    """The opening is refused, and its close is taken: after the repair the close is the last."""
    loads = [update for update in updates(findings=20) if update.record.revision in (1, 2)]
    first = [update.record.revision == 1 for update in loads]
    receiver = Receiver([REJECTED if refused else DELIVERED for refused in first])
    limit = BATCH.model_copy(update={"refused_limit_share": 0.3, "refused_limit_records": 10})
    _, _, kept = handed(receiver, cast("Any", loads), limit)
    assert kept == []
    last = {update.identity: update.record.revision for update in cast("Any", receiver.has)}
    assert set(last.values()) == {2}
    assert len(receiver.has) > len(loads)


@pytest.mark.parametrize(("answers", "halts"), [(50, False), (51, True)])
def test_one_by_one_the_first_ones_are_set_aside(answers: int, *, halts: bool) -> None:
    limit = RefusalLimit(0.5, 51)
    assert [limit.take(1, 1) for _ in range(answers)][-1] is halts


@pytest.mark.parametrize(("refused", "halts"), [(50, False), (51, True)])
def test_both_sides_of_the_share(refused: int, *, halts: bool) -> None:
    assert RefusalLimit(0.5, 50).take(100, refused) is halts


def test_the_latest_answers_count_and_not_the_good_years_before() -> None:
    limit = RefusalLimit(0.5, 50)
    for _ in range(1_000):
        assert not limit.take(500, 0)
    assert [limit.take(1, 1) for _ in range(60)][-1]


def test_a_share_of_one_never_halts() -> None:
    assert not RefusalLimit(1.0, 1).take(1_000, 1_000)


def test_removals_that_are_refused_halt_nothing() -> None:
    gone = [
        Removal(identity=f"f-{number}", duty=False, topic="v", partition=0, offset=number)
        for number in range(100)
    ]
    one = sender(Receiver([REJECTED]), BATCH)
    kept: list[int] = []

    async def reject(place: int, _reason: str) -> None:
        kept.append(place)

    asyncio.run(one.hand_over(gone, Interrupt(), reject))
    assert len(kept) == len(gone)
    assert not one.refusals.holds


class Hanging(Receiver):
    """Never answers."""

    async def send(self, loads: object) -> list[DeliveryResult]:
        del loads
        await asyncio.Event().wait()
        return []


def test_an_interrupt_ends_an_attempt_that_does_not_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A receiver may take minutes to confirm; partitions that are taken away do not wait for it."""
    monkeypatch.setattr("streams.delivery.sink_sender.LET_GO_S", 0.05)
    one = sender(Hanging(), OPTIONS.model_copy(update={"timeout_s": 300.0}))

    async def run() -> None:
        async with asyncio.timeout(5):
            outcomes, _, _ = await asyncio.to_thread(interrupted, one, ["a"], 0.05)
            assert outcomes == [None]

    asyncio.run(run())
    assert one.stats.counts.failures == 0
