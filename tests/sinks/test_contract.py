"""One suite for all sinks: what the deliverer counts on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from streams.siem import formats
from streams.sinks.contract import DELIVERED, DeliveryResult, DeliveryStatus, SinkDown
from streams.sinks.kinds import KINDS
from tests.sinks.benches import ALERTED, HERE, HTTP, NETWORK, Bench, bench, loads, options
from tests.sinks.lines_receiver import SilentReceiver
from tests.sinks.loads import MARK, in_loop, until

SETTLED = {DeliveryStatus.DELIVERED, DeliveryStatus.DUPLICATE}


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def by_identity(given: Sequence[Any], ids: Sequence[str]) -> dict[str, list[str]]:
    """What one finding or group has, in order."""
    found: dict[str, list[str]] = {}
    for load, one in zip(given, ids, strict=True):
        found.setdefault(getattr(load, "identity", None) or load.key, []).append(one)
    return found


def harmless(outcomes: Sequence[DeliveryResult]) -> bool:
    """Reasons are short and quote nothing."""
    return all(MARK not in one.reason and len(one.reason) <= 200 for one in outcomes)


OF_THEIR_OWN = {
    "kafka": "test_kafka.py: a real broker, whose topic is read",
    "apprise": "test_extras.py: an extra, whose messages are counted at the receiver",
}
"""Kinds whose receiver does not fit into this process, and where what arrives is looked at."""


def test_every_kind_is_held_to_the_contract() -> None:
    """A kind that is left out of the suite may say DELIVERED and send nothing."""
    held = {kind.partition("-")[0] for kind in HERE}
    assert held.isdisjoint(OF_THEIR_OWN)
    assert held | set(OF_THEIR_OWN) == set(KINDS)
    for where in OF_THEIR_OWN.values():
        assert (Path(__file__).parent / where.partition(":")[0]).is_file()


async def hold_to_delivery(here: Bench, sink: Any) -> None:
    """What a sink says is delivered has arrived, each load once and revisions in order."""
    outcomes = await sink.send(here.loads)
    await sink.close()
    assert len(outcomes) == len(here.loads)
    assert {one.verdict for one in outcomes} <= SETTLED
    await until(lambda: set(here.received()) >= set(here.ids))
    received = here.received()
    for ids in by_identity(here.loads, here.ids).values():
        places = [received.index(one) for one in dict.fromkeys(ids)]
        assert places == sorted(places)


@pytest.mark.parametrize("kind", HERE)
@in_loop
async def test_each_load_has_one_outcome_and_revisions_stay_in_order(
    kind: str, tmp_path: Path
) -> None:
    async with bench(kind, tmp_path) as here:
        await hold_to_delivery(here, here.options.open())


class SendsNothing:
    """A sink that says DELIVERED of what it does not send."""

    def __init__(self, *, but_first: Any = None) -> None:
        self._true = but_first
        """A sink that gets the first load all the same."""

    async def send(self, loads: Sequence[Any]) -> Sequence[DeliveryResult]:
        if self._true is not None:
            await self._true.send(loads[:1])
        return [DELIVERED] * len(loads)

    async def close(self) -> None:
        if self._true is not None:
            await self._true.close()


@pytest.mark.parametrize("but_first", [False, True])
@pytest.mark.parametrize("kind", HERE)
@in_loop
async def test_a_sink_that_sends_nothing_is_noticed(
    kind: str, tmp_path: Path, *, but_first: bool
) -> None:
    async with bench(kind, tmp_path) as here:
        if kind == "file":
            (tmp_path / "findings.jsonl").touch()
        liar = SendsNothing(but_first=here.options.open() if but_first else None)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await hold_to_delivery(here, liar)


@pytest.mark.parametrize("kind", HERE)
@in_loop
async def test_what_is_sent_twice_settles(kind: str, tmp_path: Path) -> None:
    async with bench(kind, tmp_path) as here:
        sink = here.options.open()
        for _ in range(2):
            outcomes = await sink.send(here.loads)
            assert {one.verdict for one in outcomes} <= SETTLED
        # A sink that was closed is opened again where it is used again.
        await sink.close()
        assert {one.verdict for one in await sink.send(here.loads)} <= SETTLED
        await sink.close()
        await sink.close()
        if kind.startswith("elasticsearch"):
            assert sorted(here.received()) == sorted(set(here.ids))


@pytest.mark.parametrize("kind", HERE)
@in_loop
async def test_nothing_to_send_is_no_fault(kind: str, tmp_path: Path) -> None:
    async with bench(kind, tmp_path) as here:
        sink = here.options.open()
        assert list(await sink.send([])) == []
        await sink.close()


@pytest.mark.parametrize("kind", HERE)
@in_loop
async def test_a_receiver_that_is_there_passes_the_check(kind: str, tmp_path: Path) -> None:
    async with bench(kind, tmp_path) as here:
        sink = here.options.open()
        checks = await sink.check()
        await sink.close()
        assert checks[0].ok, checks


@pytest.mark.parametrize("kind", NETWORK)
@in_loop
async def test_nobody_there(kind: str, tmp_path: Path) -> None:
    sink = options(kind, tmp_path, free_port(), timeout_s=5).open()
    with pytest.raises(SinkDown) as caught:
        await sink.send(loads(kind))
    assert not caught.value.lasting
    assert MARK not in caught.value.problem
    checks = await sink.check()
    await sink.close()
    assert not checks[-1].ok
    assert checks[-1].answer


@pytest.mark.parametrize("kind", [kind for kind in NETWORK if kind != "syslog"])
@in_loop
async def test_somebody_who_never_answers(kind: str, tmp_path: Path) -> None:
    async with SilentReceiver() as silent:
        sink = options(kind, tmp_path, silent.port, timeout_s=0.5).open()
        with pytest.raises(SinkDown) as caught:
            await sink.send(loads(kind))
        assert not caught.value.lasting
        assert not all(one.ok for one in await sink.check())
        await sink.close()


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("kind", HTTP)
@in_loop
async def test_a_busy_receiver_says_when(kind: str, status: int, tmp_path: Path) -> None:
    async with bench(kind, tmp_path) as here:
        assert here.receiver is not None
        here.receiver.fault, here.receiver.fault_headers = status, {"Retry-After": "7"}
        sink = here.options.open()
        with pytest.raises(SinkDown) as caught:
            await sink.send(here.loads)
        assert caught.value.retry_after_s == 7
        assert not caught.value.lasting
        here.receiver.fault = None
        assert {one.verdict for one in await sink.send(here.loads)} <= SETTLED
        await sink.close()


@pytest.mark.parametrize("status", [301, 401, 403, 404, 410])
@pytest.mark.parametrize("kind", HTTP)
@in_loop
async def test_what_waiting_does_not_mend_is_said_to_last(
    kind: str, status: int, tmp_path: Path
) -> None:
    async with bench(kind, tmp_path) as here:
        assert here.receiver is not None
        here.receiver.fault = status
        here.receiver.fault_headers = {"Location": "http://127.0.0.1:1/"}
        sink = here.options.open()
        with pytest.raises(SinkDown) as caught:
            await sink.send(here.loads)
        await sink.close()
        assert caught.value.lasting
        assert caught.value.remedy
        assert MARK not in caught.value.problem + caught.value.remedy


@pytest.mark.parametrize("kind", HTTP)
@in_loop
async def test_a_refusal_rejects_and_quotes_nothing(kind: str, tmp_path: Path) -> None:
    async with bench(kind, tmp_path) as here:
        assert here.receiver is not None
        here.receiver.fault = 413
        sink = here.options.open()
        outcomes = await sink.send(here.loads)
        await sink.close()
        assert {one.verdict for one in outcomes} == {DeliveryStatus.REJECTED}
        assert all(one.reason for one in outcomes)
        assert harmless(outcomes)


@pytest.mark.parametrize("kind", [kind for kind in HERE if kind not in ALERTED])
@in_loop
async def test_a_letter_that_cannot_be_written_is_rejected_alone(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with bench(kind, tmp_path) as here:
        bad = here.loads[3]
        form = here.options.model_dump().get("format", "flat")
        renderer = formats.FORMATS[form]

        def fails(record: Any, producer: Any) -> Any:
            if record == bad.record:
                raise ValueError(record)
            return renderer(record, producer)

        monkeypatch.setitem(formats.FORMATS, form, fails)
        sink = here.options.open()
        outcomes = await sink.send(here.loads)
        await sink.close()
        assert outcomes[3].verdict is DeliveryStatus.REJECTED
        assert harmless(outcomes)
        assert {one.verdict for at, one in enumerate(outcomes) if at != 3} <= SETTLED
