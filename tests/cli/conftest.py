"""What tests of `consentry check` share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.events import grant, lines, share


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """One violation, HIGH."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(share("a"), grant("g", subject_id="s2"), share("b", subject_id="s2")))
    return file
