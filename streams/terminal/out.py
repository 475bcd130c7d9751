"""Say something on standard output or standard error. All text of all commands goes here.

A text is one line, and what is not plain in it is shown as an escape: see `safe`. What a
stream cannot write in its encoding becomes an escape too, never a traceback.
"""

from __future__ import annotations

import logging
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, Final, TextIO

from streams.errors import ConsentryError
from streams.safe_text import safe, safe_json

_BOLD: Final = "\x1b[1m"
_PLAIN: Final = "\x1b[0m"


class ReaderGoneError(Exception):
    """The reader of standard output (head, less) has closed it: the command ends in silence."""


def prepare_streams() -> None:
    """Make sure that no character stops a command: `LANG=C`, an old code page, a surrogate."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the process that started us: `>&-`
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class _LastResort(logging.Handler):
    """Shows a warning of a library, for which no log is set up, in safe lines of its own."""

    def emit(self, record: logging.LogRecord) -> None:
        """Without the traceback: its values may be records."""
        with suppress(Exception):
            say(f"{record.levelname.lower()}: {record.name}: {record.getMessage()}", err=True)


def quiet_libraries() -> None:
    """What the Kafka clients log of every retry is theirs alone; the rest is shown safely.

    A command reports with its own words. Workers and deliverers set up a log of their own.
    """
    for name in ("kafka", "aiokafka", "asyncio"):
        if not logging.getLogger(name).handlers:
            logging.getLogger(name).addHandler(logging.NullHandler())
    logging.lastResort = _LastResort(logging.WARNING)


def say(text: object = "", *, err: bool = False, bold: bool = False) -> None:
    """Print one line.

    Raises ReaderGoneError and ConsentryError where standard output takes no more.
    """
    say_parts((str(text), bold), err=err)


def say_parts(*parts: tuple[str, bool], err: bool = False) -> None:
    """Print one line of several parts, each with whether it is bold."""
    stream = sys.stderr if err else sys.stdout
    styled = _takes_styles(stream)
    _write(
        "".join(
            f"{_BOLD}{safe(text)}{_PLAIN}" if bold and styled and text else safe(text)
            for text, bold in parts
        )
        + "\n",
        stream,
    )


def warn(text: object) -> None:
    """Print a warning on standard error."""
    say(f"warning: {text}", err=True)


def say_json(value: Any, *, indent: int | None = 2) -> None:
    """Print JSON; `indent` None: in one line."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    _write(safe_json(value, indent=indent, ascii_only=encoding != "utf8") + "\n", sys.stdout)


def say_error(error: ConsentryError) -> None:
    """Print what is wrong and what to do, on standard error; all of it is safe already."""
    lines = f"error: {error.problem}\n{error.remedy}".rstrip("\n")
    for line in lines.split("\n"):
        say(line, err=True)


def flush() -> None:
    """Hand over what standard output still holds. Raises as `say`."""
    with watch_output():
        sys.stdout.flush()


def require_reader() -> None:
    """Raise ReaderGoneError where the other end of the pipe is closed; nothing is written.

    A command that waits for something to show would notice only when it comes.
    """
    try:
        waiting = select.poll()
        waiting.register(sys.stdout.fileno(), 0)
        found = waiting.poll(0)
    except (OSError, ValueError):  # a stream without a file
        return
    if any(event & (select.POLLERR | select.POLLHUP) for _, event in found):
        raise ReaderGoneError


@contextmanager
def watch_output() -> Iterator[None]:
    """While standard output is written: what goes wrong with it, in words.

    Raises ReaderGoneError when nobody reads any more, and ConsentryError for a full disk.
    """
    try:
        yield
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as error:
        raise ConsentryError(
            f"standard output cannot be written: {error.strerror or type(error).__name__}",
            "Free space there, or send the output somewhere else.",
        ) from None


def drop_output() -> None:
    """Let the rest of standard output fall: the flush at exit would complain about it."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # a stream without a file, as in tests
        return


def _write(text: str, stream: TextIO) -> None:
    if stream is sys.stdout:
        with watch_output():
            stream.write(text)
            stream.flush()
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # Nothing can be shown: the exit status says that something is wrong.
        return


def _takes_styles(stream: TextIO) -> bool:
    return (
        stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "dumb") not in {"dumb", "unknown"}
    )
