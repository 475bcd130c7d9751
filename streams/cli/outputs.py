"""Where a command writes its result: a file, or standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from streams.errors import ConsentryError
from streams.terminal.out import watch_output


@contextmanager
def open_output(path: Path | None) -> Iterator[BinaryIO]:
    """Open a file for writing, or standard output for None and `-`.

    Raises ConsentryError where the file cannot be written.
    """
    if path is None or str(path) == "-":
        with watch_output():
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()
        return
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:
        raise ConsentryError(
            f"{path} cannot be written: {error.strerror}", "Choose another --output."
        ) from None
