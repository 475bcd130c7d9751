"""A rotating file of lines, for shippers to follow (Wazuh, Filebeat, a forwarder).

A line counts as delivered when it is on the disk (fsync). After a crash lines may stand
there twice, under the same identity and revision; a half line at the end is cut away, since
it was never reported as delivered and is sent again.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.options import UpdateOptions
from streams.sinks.render import as_line


class FileOptions(UpdateOptions):
    """A file of lines on this host."""

    type: Literal["file"] = Field(description="The kind of receiver.")
    path: Path = Field(description="The file; its folder must exist.")
    format: Literal["ocsf", "ecs", "flat", "cef", "leef", "rfc5424", "cloudevents-structured"] = (
        Field("ocsf", description="How a line is written.")
    )
    rotate_bytes: int = Field(
        100_000_000, ge=1_024, description="The file is put aside before it grows beyond this."
    )
    rotate_s: int = Field(
        86_400,
        ge=60,
        description="A file holds lines of one period of so many seconds, counted from midnight "
        "UTC of 1 January 1970.",
    )
    keep_files: int = Field(
        14, ge=1, le=1_000, description="Files put aside that are kept: `.1` is the newest."
    )

    def open(self) -> Sink[Any]:
        """The sink; the file is opened when it is first needed."""
        return FileSink(self)


class FileSink:
    """Appends lines. One process writes a file; a second one gets an error."""

    def __init__(self, options: FileOptions) -> None:
        self._options = options
        self._producer = options.producer
        self._file: int | None = None
        self._lock: int | None = None
        self._writing: asyncio.Task[None] | None = None

    async def send(self, loads: Sequence[FindingUpdate]) -> Sequence[DeliveryResult]:
        """Append the batch and wait until it is on the disk."""
        lines = [as_line(update, self._options.format, self._producer) for update in loads]
        good = [line for line in lines if isinstance(line, bytes)]
        await self._ended()
        self._writing = asyncio.create_task(asyncio.to_thread(self._append, good))
        try:
            await asyncio.shield(self._writing)
        except OSError as error:
            self._let_go()
            raise _down(error) from None
        return [line if isinstance(line, DeliveryResult) else DELIVERED for line in lines]

    async def check(self) -> Sequence[SinkCheck]:
        """Open the file for writing; nothing is written."""
        what = "the file can be written"
        try:
            await asyncio.to_thread(self._opened)
        except SinkDown as down:
            return [SinkCheck(what=what, ok=False, answer=down.problem)]
        except OSError as error:
            self._let_go()
            return [SinkCheck(what=what, ok=False, answer=_down(error).problem)]
        return [SinkCheck(what=what, ok=True, answer=str(self._options.path))]

    async def close(self) -> None:
        """Let go of the file."""
        await self._ended()
        self._let_go()

    async def _ended(self) -> None:
        """Wait for a write that was let go: its thread runs on, and would meet the next one."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
            if not self._writing.cancelled():
                self._writing.exception()  # what is written next meets it again
            self._writing = None

    def _append(self, lines: Sequence[bytes]) -> None:
        """Write lines, rotating between two of them; all or nothing since the last rotation."""
        file = self._opened()
        start = size = os.fstat(file).st_size
        pending: list[bytes] = []
        if size and self._of_earlier_period(file):
            file = self._rotate(file)
            start = size = 0
        for line in lines:
            if size and size + len(line) + 1 > self._options.rotate_bytes:
                _write(file, b"".join(pending), start)
                pending.clear()
                file = self._rotate(file)
                start = size = 0
            pending += (line, b"\n")
            size += len(line) + 1
        _write(file, b"".join(pending), start)

    def _opened(self) -> int:
        if self._file is not None and not self._moved(self._file):
            return self._file
        self._let_go()
        self._lock = _locked(self._options.path)
        self._file = os.open(self._options.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        _cut_half_line(self._file)
        _sync_folder(self._options.path)
        return self._file

    def _moved(self, file: int) -> bool:
        """Whether somebody put another file, or none, in the place of the one that is open."""
        try:
            return not os.path.samestat(os.fstat(file), self._options.path.stat())
        except FileNotFoundError:
            return True

    def _of_earlier_period(self, file: int) -> bool:
        period = self._options.rotate_s
        return os.fstat(file).st_mtime // period < time.time() // period

    def _rotate(self, file: int) -> int:
        """Put the file aside; a crash on the way leaves a gap in the numbers and loses none."""
        os.fsync(file)
        path = self._options.path
        for number in range(self._options.keep_files - 1, 0, -1):
            older = _aside(path, number)
            if older.exists():
                older.replace(_aside(path, number + 1))
        path.replace(_aside(path, 1))
        os.close(file)
        self._file = None
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        _sync_folder(path)
        return self._file

    def _let_go(self) -> None:
        for held in (self._file, self._lock):
            if held is not None:
                os.close(held)
        self._file = self._lock = None


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _write(file: int, lines: bytes, start: int) -> None:
    """Append at `start` and sync; where that fails, nothing of it stays."""
    if not lines:
        return
    try:
        done = 0
        while done < len(lines):
            done += os.pwrite(file, memoryview(lines)[done:], start + done)
        os.fsync(file)
    except OSError:
        os.ftruncate(file, start)
        raise


def _cut_half_line(file: int) -> None:
    """Cut what stands behind the last line end; read backwards, since files are long."""
    size = end = os.fstat(file).st_size
    while end > 0:
        begin = max(0, end - 65_536)
        at = os.pread(file, end - begin, begin).rfind(b"\n")
        if at >= 0:
            end = begin + at + 1
            break
        end = begin
    if end < size:
        os.ftruncate(file, end)
        os.fsync(file)


def _locked(path: Path) -> int:
    """A lock beside the file, since the file itself is renamed when it rotates."""
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise SinkDown(
            f"{path} is written by another process",
            "Stop the other deliverer, or give each sink a path of its own.",
            lasting=True,
        ) from None
    return lock


def _sync_folder(path: Path) -> None:
    """A file is on the disk when its name is."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _down(error: OSError) -> SinkDown:
    return SinkDown(
        f"the file cannot be written: {error.strerror or type(error).__name__}",
        "The folder must exist and be writable for this user, and the disk must have room.",
    )
