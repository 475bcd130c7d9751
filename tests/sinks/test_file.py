"""The rotating file: whole lines, bounded, and repaired after a crash."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.sinks.contract import Sink, SinkDown
from streams.sinks.file import FileOptions
from tests.siem.readers import read_cef, read_leef
from tests.sinks.loads import in_loop, updates


def sink(path: Path, **changes: Any) -> Sink[Any]:
    return FileOptions.model_validate(
        {"type": "file", "path": path, "format": "flat", **changes}
    ).open()


def uids(path: Path) -> list[str]:
    """Every line is whole."""
    text = path.read_text("utf-8")
    assert text.endswith("\n") or not text
    return [
        f"{found['consentry.id']}:{found['consentry.revision']}"
        for found in map(json.loads, text.splitlines())
    ]


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@in_loop
async def test_lines_of_every_format(tmp_path: Path) -> None:
    given = updates()
    readers: dict[str, Callable[[str], object]] = {
        "cef": read_cef,
        "leef": read_leef,
        "ocsf": json.loads,
    }
    for form, read in readers.items():
        path = tmp_path / form
        writer = sink(path, format=form)
        await writer.send(given)
        await writer.close()
        lines = path.read_text("utf-8").removesuffix("\n").split("\n")
        assert len([read(line) for line in lines]) == len(given)
        assert path.stat().st_mode & 0o007 == 0


@in_loop
async def test_it_rotates_by_size_and_keeps_so_many(tmp_path: Path) -> None:
    path = tmp_path / "f"
    writer = sink(path, rotate_bytes=4_000, keep_files=2)
    given = updates(findings=5)
    await writer.send(given)
    await writer.close()
    kept = [tmp_path / "f.2", tmp_path / "f.1", path]
    assert names(tmp_path) == ["f", "f.1", "f.2", "f.lock"]
    assert all(one.stat().st_size <= 4_000 for one in kept)
    found = [uid for one in kept for uid in uids(one)]
    assert found == [update.uid for update in given][-len(found) :]


@in_loop
async def test_it_rotates_when_a_period_is_over(tmp_path: Path) -> None:
    path = tmp_path / "f"
    writer = sink(path, rotate_s=3_600)
    first, second, *_ = updates()
    await writer.send([first])
    # As if the last line had been written an hour ago.
    hour_ago = time.time() - 3_600
    os.utime(path, (hour_ago, hour_ago))
    await writer.send([second])
    await writer.close()
    assert uids(tmp_path / "f.1") == [first.uid]
    assert uids(path) == [second.uid]


@pytest.mark.parametrize("half", [b'{"consentry.id": "ha', b"x" * 200_000])
@in_loop
async def test_half_a_line_after_a_crash_is_cut_away(tmp_path: Path, half: bytes) -> None:
    path = tmp_path / "f"
    first, second, *_ = updates()
    writer = sink(path)
    await writer.send([first])
    await writer.close()
    with path.open("ab") as file:
        file.write(half)
    writer = sink(path)
    await writer.send([second])
    await writer.close()
    assert uids(path) == [first.uid, second.uid]


@in_loop
async def test_a_file_that_somebody_moved_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "f"
    first, second, *_ = updates()
    writer = sink(path)
    await writer.send([first])
    path.rename(tmp_path / "taken")
    await writer.send([second])
    await writer.close()
    assert (uids(tmp_path / "taken"), uids(path)) == ([first.uid], [second.uid])


@in_loop
async def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    one, other = sink(tmp_path / "f"), sink(tmp_path / "f")
    await one.send(updates())
    with pytest.raises(SinkDown, match="another process"):
        await other.send(updates())
    assert not (await other.check())[0].ok
    await one.close()
    await other.send(updates())
    await other.close()


@in_loop
async def test_a_full_disk_leaves_no_half_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    first, *rest = updates()
    writer = sink(path)
    await writer.send([first])
    written = os.pwrite

    def full(file: int, data: bytes, at: int) -> int:
        if len(data) <= 100:
            raise OSError(28, "No space left on device")
        return written(file, data[:100], at)

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(SinkDown, match="No space left"):
            await writer.send(rest)
    assert uids(path) == [first.uid]
    await writer.send(rest)
    await writer.close()
    assert uids(path) == [update.uid for update in (first, *rest)]


@in_loop
async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    writer = sink(tmp_path / "none" / "f")
    with pytest.raises(SinkDown, match="No such file"):
        await writer.send(updates())
    assert not (await writer.check())[0].ok
    await writer.close()


@in_loop
async def test_a_write_that_was_let_go_ends_before_the_next_one_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    first, second, *_ = updates()
    writer = sink(path)
    well, written = threading.Event(), os.pwrite

    def slow(file: int, data: bytes, at: int) -> int:
        if well.is_set():
            return written(file, data, at)
        done = written(file, data[: len(data) // 2], at)
        well.wait(5)
        return done

    monkeypatch.setattr(os, "pwrite", slow)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await writer.send([first])
    asyncio.get_running_loop().call_later(0.1, well.set)
    await writer.send([second])
    await writer.close()
    assert uids(path) == [first.uid, second.uid]
