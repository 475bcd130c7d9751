"""Memory that is touched once is there, and given back."""

from __future__ import annotations

import mmap

import psutil
import pytest

from bench import touched


def test_every_page_is_touched_and_all_are_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    process, seen = psutil.Process(), list[int]()

    class Pages(mmap.mmap):
        def __exit__(self, *error: object) -> None:
            seen.append(process.memory_info().rss)
            self.close()

    monkeypatch.setattr(mmap, "mmap", Pages)
    before = process.memory_info().rss
    share = 256 * mmap.PAGESIZE * 64 / psutil.virtual_memory().available
    size = touched.touch_memory(share)
    assert size > 128 * mmap.PAGESIZE * 64
    assert seen[0] - before > 0.9 * size
    assert process.memory_info().rss - before < 0.5 * size


def test_a_machine_with_nothing_left_is_no_error() -> None:
    assert touched.touch_memory(0.0) == mmap.PAGESIZE
