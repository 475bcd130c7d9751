"""A folder as a receiver: what the file sink wrote there."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self


class Folder:
    """The lines of one file in a folder; the receiver of sinks that write files."""

    name: Final = "findings.jsonl"
    port: Final = 0
    """It has none."""

    def __init__(self, path: Path) -> None:
        self._file = path / self.name

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """The folder stays."""

    def lines(self) -> list[str]:
        """The whole lines that the file has now."""
        return self._file.read_text("utf-8").split("\n")[:-1] if self._file.exists() else []
