"""A worker sees each policy that comes, over a broker that is away, and ends where it must."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
)

from streams.control import clients, follow
from streams.control.follow import ControlFollower
from streams.control.log import PolicyInForce
from streams.core.instants import Instant
from streams.core.policy import default_policy
from streams.errors import ConsentryError
from tests.policy_log.bus import LATER, SETTINGS, TOPIC, PolicyBus, record, text


async def followed(
    bus: PolicyBus, count: int, then: Callable[[], object]
) -> tuple[list[PolicyInForce], asyncio.Task[None]]:
    """Follow from the log as it is, do something, and wait for so many policies."""
    seen: list[PolicyInForce] = []
    task = asyncio.create_task(ControlFollower(SETTINGS, bus.log(), seen.append).run())
    await asyncio.sleep(0)
    then()
    async with asyncio.timeout(5):
        while len(seen) < count and not task.done():  # noqa: ASYNC110 - no event says so
            await asyncio.sleep(0.001)
    return seen, task


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


def test_each_new_policy_once_and_none_of_before(bus: PolicyBus) -> None:
    bus.put(record(1))

    async def play() -> None:
        seen, task = await followed(bus, 2, lambda: bus.put(record(2, text(LATER)), record(3)))
        assert [one.sequence for one in seen] == [2, 3]
        assert seen[1].version == record(3).version
        await ended(task)

    asyncio.run(play())


def test_a_broker_that_is_away_is_waited_for(
    bus: PolicyBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus.put(record(1))
    monkeypatch.setattr(follow, "AGAIN_S", 0.001)
    make, failures = clients.control_reader, iter([KafkaConnectionError(), OSError()])

    def flaky(*given: Any) -> Any:
        error = next(failures, None)
        if error is not None:
            raise error
        return make(*given)

    monkeypatch.setattr(clients, "control_reader", flaky)

    async def play() -> None:
        seen, task = await followed(bus, 1, lambda: bus.put(record(2)))
        assert [one.sequence for one in seen] == [2]
        await ended(task)

    asyncio.run(play())


def test_a_policy_that_cannot_be_read_ends_it(bus: PolicyBus) -> None:
    bus.put(record(1))

    def garbage() -> None:
        bus.broker.append(TOPIC, 0, key=b"policy/2", value=b"{}", timestamp=1)

    async def play() -> None:
        seen, task = await followed(bus, 1, garbage)
        assert not seen
        with pytest.raises(ConsentryError, match="offset 1: Object missing required field"):
            await task

    asyncio.run(play())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OffsetOutOfRangeError({}), "no longer holds offset 1"),
        (TopicAuthorizationFailedError(TOPIC), "TopicAuthorizationFailed"),
    ],
)
def test_a_log_that_is_gone_or_closed_to_us_ends_it(
    bus: PolicyBus, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    bus.put(record(1))

    def refused(*_: object) -> None:
        raise error

    monkeypatch.setattr(clients, "control_reader", refused)

    async def play() -> None:
        _, task = await followed(bus, 1, lambda: None)
        with pytest.raises(ConsentryError, match=words):
            await task

    asyncio.run(play())


def test_the_app_judges_by_what_it_is_given_and_logs_it() -> None:
    import structlog

    from streams.app import ConsentryApp
    from streams.transport.tasks.judging_basis import JudgingBasis

    app = SimpleNamespace(basis=JudgingBasis(default_policy(), 3))
    in_force = PolicyInForce(default_policy(), 4, Instant(7))
    with structlog.testing.capture_logs() as logs:
        ConsentryApp.policy_changed(app, in_force)  # type: ignore[arg-type]
    assert (app.basis.policy, app.basis.stored.sequence, app.basis.since) == in_force
    taken_up = app.basis
    ConsentryApp.policy_changed(app, in_force)  # type: ignore[arg-type]
    assert app.basis is taken_up, "once"
    assert (logs[0]["event"], logs[0]["sequence"]) == ("policy.changed", 4)
