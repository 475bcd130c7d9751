"""Where Python keeps its small objects: in pages of 2 MiB, so that many people are reached sooner."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from streams.native.library import LIBRARY

GIVEN: Final = Path("/sys/kernel/mm/transparent_hugepage/enabled")
"""Whether the kernel has such pages (Linux, admin-guide/mm/transhuge): one of three words in brackets."""


def arenas_in_huge_pages(library: Any = LIBRARY) -> bool:
    """Ask for such pages for all that is made from here on; whether any are given.

    An event of one person among many costs a tenth less (ADR 0235). Python's own arenas are of
    1 MiB, and the kernel's word `madvise`, which most distributions come with, gives these pages to
    those who ask. With `never` there are none, and nothing changes.
    """
    return library is not None and library.arenas_in_huge_pages() and kernel_gives()


def kernel_gives(said: Path = GIVEN) -> bool:
    """Whether the kernel gives such pages to those who ask for them."""
    try:
        return "[never]" not in said.read_text()
    except OSError:
        return False
