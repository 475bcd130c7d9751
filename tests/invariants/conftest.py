"""What the scenarios share."""

from __future__ import annotations

import pytest

from streams.transport import process_exit
from streams.transport.tasks import log_watch, settling
from tests.invariants import process


@pytest.fixture(autouse=True)
def ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends itself takes only itself away; nobody waits long for offsets."""
    monkeypatch.setattr(process_exit, "leave", process.leave)
    monkeypatch.setattr(settling, "SETTLING_S", 0.05)
    monkeypatch.setattr(log_watch, "NOTICED_WITHIN_S", 0.0)
