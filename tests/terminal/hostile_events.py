"""Events with ids that try to speak to a terminal, and commands over them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from streams.core.events import DataShare
from streams.wire.decode import Decoded, decode
from tests.terminal.hostile import (
    CONSENTRY,
    IDS,
    PLAIN_ESCAPES,
    write_shares,
)

TINY = {
    # What rich breaks into several lines, put together again: blanks and marks of layout go.
    "blanks": re.compile(r"\s+"),
}


def letters(text: str) -> str:
    """A text without the blanks and ends of lines that layout puts in."""
    return TINY["blanks"].sub("", PLAIN_ESCAPES.sub("\n", text))


@pytest.fixture(scope="module")
def shares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shares(tmp_path_factory.mktemp("hostile") / "shares.jsonl", list(IDS.values()))


def accepted(file: Path) -> set[str]:
    """The recipients of those records that can be read as events."""
    names: set[str] = set()
    for line in file.read_bytes().splitlines():
        read = decode(line, None)
        if isinstance(read, Decoded) and isinstance(read.event, DataShare):
            names.add(read.event.recipient_id)
    assert len(names) > 5
    return names


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", CONSENTRY, *arguments],
        capture_output=True,
        check=False,
        timeout=60,
        env=os.environ | (env or {}),
    )
