"""The option that bounds memory, and what it means that temporary files take its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

import typer

DEFAULT_MIB: Final = 1024
_LEAST_MIB: Final = 160

MemoryMib = Annotated[
    int,
    typer.Option(
        "--memory",
        min=_LEAST_MIB,
        metavar="MIB",
        help="Memory that is taken at most, in MiB; beyond it, temporary files (TMPDIR).",
    ),
]


@contextmanager
def disk_errors() -> Iterator[None]:
    """Say what is wrong with the temporary files. Raises ConsentryError."""
    import sqlite3

    from streams.files.temporary_database import unusable

    try:
        yield
    except sqlite3.Error as error:
        raise unusable(error) from None
