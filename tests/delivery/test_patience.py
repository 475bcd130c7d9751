"""Backoff, circuit and rate: when the next attempt may be made."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.delivery.backoff import Backoff
from streams.delivery.circuit import Circuit, CircuitState
from streams.delivery.rate import Rate


@given(
    first=st.floats(0.01, 60),
    longest=st.floats(0.01, 86_400),
    draws=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=100),
)
def test_waits_grow_and_stay_within_their_bounds(
    first: float, longest: float, draws: list[float]
) -> None:
    backoff = Backoff(first, longest)
    for failures, drawn in enumerate(draws):
        bound = min(max(first, longest), first * 2.0**failures)
        assert bound * 0.0999 <= backoff.failed(drawn) <= bound


def test_the_receiver_may_ask_for_longer_and_not_for_less() -> None:
    backoff = Backoff(1.0, 60.0)
    assert backoff.failed(0.0, retry_after_s=7.0) == 7.0
    assert backoff.failed(0.99999, retry_after_s=0.0) == pytest.approx(2.0, rel=1e-3)
    backoff.succeeded()
    assert backoff.failed(0.99999) == pytest.approx(1.0, rel=1e-3)


def state_of(circuit: Circuit) -> CircuitState:
    return circuit.state


def test_a_circuit_opens_after_so_many_failures_and_closes_by_a_probe() -> None:
    circuit = Circuit(after=3, retry_s=30.0)
    for now in (1.0, 2.0):
        circuit.attempt(now)
        circuit.failed(now)
        assert state_of(circuit) is CircuitState.CLOSED
    circuit.attempt(3.0)
    circuit.failed(3.0)
    assert state_of(circuit) is CircuitState.OPEN
    assert circuit.wait_s(3.0) == 30.0
    assert circuit.wait_s(32.9) == pytest.approx(0.1)
    assert circuit.wait_s(33.0) == 0.0
    circuit.attempt(33.0)
    assert state_of(circuit) is CircuitState.HALF_OPEN
    circuit.failed(33.0, retry_after_s=100.0)
    assert (circuit.state, circuit.wait_s(34.0)) == (CircuitState.OPEN, 99.0)
    circuit.attempt(133.0)
    circuit.succeeded()
    assert (circuit.state, circuit.wait_s(133.0)) == (CircuitState.CLOSED, 0.0)


def test_a_success_between_failures_keeps_it_closed_and_a_lasting_fault_opens_it() -> None:
    circuit = Circuit(after=2, retry_s=5.0)
    for now in range(10):
        circuit.attempt(float(now))
        circuit.failed(float(now))
        circuit.succeeded()
    assert state_of(circuit) is CircuitState.CLOSED
    circuit.failed(10.0, lasting=True)
    assert state_of(circuit) is CircuitState.OPEN


def test_an_attempt_while_it_is_open_is_a_mistake() -> None:
    circuit = Circuit(after=1, retry_s=5.0)
    circuit.failed(0.0)
    with pytest.raises(AssertionError):
        circuit.attempt(1.0)


@given(
    per_s=st.floats(1, 1000),
    steps=st.lists(st.tuples(st.floats(0, 5), st.integers(1, 500)), min_size=1, max_size=50),
)
def test_over_any_time_no_more_goes_out_than_the_rate_a_second_and_one_batch(
    per_s: float, steps: list[tuple[float, int]]
) -> None:
    rate, now, sent = Rate(per_s), 0.0, 0
    rate.wait_s(now)
    for pause, size in steps:
        now += pause
        wait = rate.wait_s(now)
        if wait > 0:
            now += wait
            assert rate.wait_s(now) == 0.0
        # Before this batch: what one second holds, and what has come in since.
        assert sent <= per_s + now * per_s + 500
        rate.take(size)
        sent += size


def test_without_a_limit_nobody_waits() -> None:
    rate = Rate(None)
    rate.take(10**9)
    assert rate.wait_s(0.0) == 0.0
