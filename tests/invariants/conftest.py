"""What the scenarios share."""

from __future__ import annotations

import pytest

from streams.transport import driver, ending, takeover
from tests.invariants import process


@pytest.fixture(autouse=True)
def ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends itself takes only itself away; nobody waits long for offsets."""
    monkeypatch.setattr(ending, "leave", process.leave)
    monkeypatch.setattr(takeover, "SETTLING_S", 0.05)
    monkeypatch.setattr(driver, "NOTICED_WITHIN_S", 0.0)
