"""The service: what is waited for, what stops it, and what it says meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import errors

from streams.errors import ConsentryError, UnreachableError
from streams.ingest import Identities
from streams.ingest.service import service as module
from streams.ingest.service.failures import ClientEnded, reason_of, require_passing
from streams.ingest.service.membership import ThrownOut
from streams.ingest.service.service import IngestService
from streams.ingest.service.sources import IngestPlan
from streams.settings import Connection, Settings
from streams.transport.group.group_producer import InstanceTaken, NotOwned
from tests.ingest.service.records import mapper

CONNECTION = Connection(brokers=("kafka:9092",))


def plan() -> IngestPlan:
    source = mapper().source("crm")
    assert source is not None
    return IngestPlan(
        sources=(source,), identities=Identities(), identities_topic=None, compression="none"
    )


def test_a_broker_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    async def story() -> None:
        service = IngestService(Settings(), plan())

        def away(*_: Any) -> Any:
            asked.append(service.report().reasons)
            if len(asked) < 4:
                raise UnreachableError("no broker answered", "Start it.")
            raise ConsentryError("a topic is missing", "Create it.")

        monkeypatch.setattr(module, "FIRST_WAIT_S", 0.001)
        monkeypatch.setattr(module, "read_targets", away)
        with pytest.raises(ConsentryError, match="a topic is missing"):
            await service.run()

    asyncio.run(story())
    assert asked[0] == ["the brokers do not answer"]
    assert len(asked) == 4


def test_a_stop_ends_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        service = IngestService(Settings(), plan())

        def away(*_: Any) -> Any:
            raise UnreachableError("no broker answered", "Start it.")

        monkeypatch.setattr(module, "read_targets", away)
        running = asyncio.create_task(service.run())
        while service.report().reasons != ["no broker answered"]:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        service.stop()
        await asyncio.wait_for(running, 5)

    asyncio.run(story())


@pytest.mark.parametrize(
    "error",
    [
        errors.TopicAuthorizationFailedError("t"),
        errors.GroupAuthorizationFailedError("g"),
        errors.TransactionalIdAuthorizationFailed("t"),
        errors.AuthenticationFailedError(),
        errors.IncompatibleBrokerVersion(),
        errors.UnsupportedVersionError(),
        errors.InconsistentGroupProtocolError(),
        errors.MessageSizeTooLargeError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_no_waiting_repairs_is_for_people(error: Exception) -> None:
    with pytest.raises(ConsentryError) as raised:
        require_passing(error, CONNECTION)
    assert raised.value.remedy


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.NodeNotReadyError("value"), "the Kafka client failed: NodeNotReadyError"),
        (errors.ProducerFenced("value"), "the Kafka client failed: ProducerFenced"),
        (TimeoutError("value"), "did not end within transaction_timeout_s"),
        (NotOwned(), "the group went on without this instance"),
        (ThrownOut(), "the group no longer knows this instance"),
        (ClientEnded(), "a Kafka client ended from within"),
        (InstanceTaken(), "another process uses the same instance_id"),
        (UnreachableError("no broker answered"), "no broker answered"),
        (OSError("value"), "the Kafka client failed: OSError"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_passes_is_named_without_the_text_of_an_error(error: Exception, words: str) -> None:
    require_passing(error, CONNECTION)
    assert words in reason_of(error)
    assert "value" not in reason_of(error)


def test_it_is_not_live_when_nothing_is_committed() -> None:
    class Stuck:
        busy_since: float | None = None
        assigned = True
        silent_s = 1.0
        sources: tuple[str, ...] = ()

    async def story(change: Callable[[Stuck], None]) -> Any:
        service = IngestService(Settings(stall_after_s=5), plan())
        stuck = Stuck()
        change(stuck)
        service._session = stuck  # type: ignore[assignment]
        service._waiting_for = None
        return service.report()

    def busy(seconds: float) -> Callable[[Stuck], None]:
        def change(stuck: Stuck) -> None:
            import time

            stuck.busy_since = time.monotonic() - seconds

        return change

    def silent(stuck: Stuck) -> None:
        stuck.silent_s = 6.0

    away = asyncio.run(story(silent))
    assert (away.live, away.ready) == (True, False)
    assert away.reasons == ["the group's coordinator has not answered for 6 s"]
    well = asyncio.run(story(busy(1)))
    assert (well.live, well.ready) == (True, True)
    stuck = asyncio.run(story(busy(6)))
    assert (stuck.live, stuck.ready) == (False, False)
    assert stuck.reasons == ["nothing was committed for 5 s"]


def test_a_cancellation_of_a_client_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []

    class Session:
        def __init__(self, *_: Any) -> None: ...

        async def run(self) -> None:
            runs.append("run")
            if len(runs) < 3:
                raise asyncio.CancelledError

        def stop(self) -> None: ...

    async def story() -> None:
        service = IngestService(Settings(), plan())
        monkeypatch.setattr(module, "IngestSession", Session)
        monkeypatch.setattr(module, "FIRST_WAIT_S", 0.001)
        await service._patiently(lambda: service._one_session(mapper()))

    asyncio.run(story())
    assert len(runs) == 3
