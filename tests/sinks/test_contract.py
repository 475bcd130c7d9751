"""One suite for all sinks: what the deliverer counts on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from streams.siem import formats
from streams.sinks.contract import DELIVERED, DeliveryResult, DeliveryStatus, SinkDown
from streams.sinks.kinds import KINDS
from tests.sinks.arriving import SETTLED, arrives, by_identity, free_port, harmless
from tests.sinks.benches import (
    BENCHES,
    HERE,
    HTTP,
    NETWORK,
    bench,
    kind_of,
    loads,
    options,
    takes_alerts,
)
from tests.sinks.lines_receiver import SilentReceiver
from tests.sinks.loads import MARK, in_loop

ROOT = Path(__file__).parents[2]


OF_THEIR_OWN = {
    "kafka": "test_kafka.py: a real broker, whose topic is read",
    "apprise": "test_extras.py: an extra, whose messages are counted at the receiver",
}
"""Kinds whose receiver does not fit into this process, and where what arrives is looked at."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_bench(kind: str) -> None:
    """A kind that is left out of the suite may say DELIVERED and send nothing."""
    assert kind in BENCHES, f"add {kind} to BENCHES in tests/sinks/benches.py"
    one = BENCHES[kind]
    if one.receiver is None:
        assert (ROOT / one.tested_in).is_file(), f"{kind} has no receiver anywhere"


def test_there_is_no_bench_of_a_kind_that_is_gone() -> None:
    assert set(map(kind_of, BENCHES)) == set(KINDS)


@pytest.mark.parametrize("kind", HERE)
@in_loop
async def test_each_load_has_one_outcome_and_revisions_stay_in_order(
    kind: str, tmp_path: Path
) -> None:
    async with bench(kind, tmp_path) as here:
        sink = here.options.open()
        outcomes = await sink.send(here.loads)
        await sink.close()
        assert len(outcomes) == len(here.loads)
        assert {one.verdict for one in outcomes} <= SETTLED
        await arrives(here)
        received = here.received()
        for ids in by_identity(here.loads, here.ids).values():
            places = [received.index(one) for one in dict.fromkeys(ids)]
            assert places == sorted(places)


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
        if BENCHES[kind].keeps_one:
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


@pytest.mark.parametrize("kind", [kind for kind in NETWORK if BENCHES[kind].waits_for_answers])
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
async def test_what_waiting_does_not_repair_is_marked_as_lasting(
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


@pytest.mark.parametrize("kind", [kind for kind in HERE if not takes_alerts(kind)])
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


@pytest.mark.parametrize("kind", ["file", "webhook", "slack"])
def test_a_sink_that_says_delivered_and_sends_nothing_is_noticed(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once and in words, for a kind that takes revisions and one that takes alerts."""
    real = type(options(kind, tmp_path, 1).open())

    async def sends_nothing(_: object, given: Sequence[Any]) -> list[DeliveryResult]:
        return [DELIVERED for _ in given]

    monkeypatch.setattr(real, "send", sends_nothing)
    monkeypatch.setattr("tests.sinks.arriving.ARRIVES_S", 0.1)
    with pytest.raises(AssertionError, match=r"settled, but .* never came"):
        test_each_load_has_one_outcome_and_revisions_stay_in_order(kind, tmp_path)


def test_a_kind_without_a_bench_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no bench for owl: add it to BENCHES"):
        options("owl", tmp_path, 1)
