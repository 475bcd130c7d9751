"""What tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.operate import commanding
from streams.operate.rebuilding import retract
from tests.check.events import grant, lines, share
from tests.cli.answering import Workers


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """One violation, HIGH."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(lines(share("a"), grant("g", subject_id="s2"), share("b", subject_id="s2")))
    return file


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Workers:
    """They answer at once, for all partitions."""
    one = Workers()
    monkeypatch.setattr(commanding, "send", one.send)
    monkeypatch.setattr(retract, "retract", one.retract)
    return one


@pytest.fixture
def key(tmp_path: Path) -> str:
    """The path of a file that holds a secret key."""
    path = tmp_path / "key"
    path.write_bytes(KEY)
    path.chmod(0o600)
    return str(path)


KEY = b"k" * 32
