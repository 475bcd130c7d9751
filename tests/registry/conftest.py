"""A registry that stands beside the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from streams.registry import patience
from tests.delivery.standing import Standing
from tests.registry.fake import FakeRegistry


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standing[FakeRegistry]]:
    """It, and whether it is there; waits are short."""
    monkeypatch.setattr(patience, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr("streams.registry.registry.FIRST_WAIT_S", 0.02)
    with Standing(FakeRegistry()) as one:
        yield one


@pytest.fixture
def fake(standing: Standing[FakeRegistry]) -> FakeRegistry:
    """It alone."""
    return standing.receiver
