"""A log in memory for each test."""

from __future__ import annotations

import pytest

from tests.policy_log.bus import PolicyBus


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> PolicyBus:
    return PolicyBus(monkeypatch)
