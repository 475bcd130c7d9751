"""Private databases for what does not fit in memory: on disk, and gone with the process."""

from __future__ import annotations

import sqlite3

from streams.errors import ConsentryError


def open_database(cache_kib: int) -> sqlite3.Connection:
    """A temporary database that is gone with its connection, or with the process.

    `cache_kib` is how many KiB of it stay in memory.
    """
    # An empty name asks for just that (https://sqlite.org/inmemorydb.html, 3).
    database = sqlite3.connect("", isolation_level=None)
    database.execute(f"PRAGMA cache_size = -{cache_kib}")
    database.execute("PRAGMA temp_store = FILE")
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    return database


def unusable(error: sqlite3.Error) -> ConsentryError:
    """What is wrong with the temporary files, and what to do."""
    return ConsentryError(
        f"the temporary files cannot be used: {error}",
        "Free space, or name another folder with TMPDIR; where a command has --memory, allow more.",
    )
