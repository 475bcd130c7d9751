"""The command `consentry`: which commands there are, and how errors end."""

from __future__ import annotations

import errno
import functools
import importlib
import os
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeGuard

import typer

from streams import __version__
from streams.cli.exit_status import INTERRUPTED
from streams.cli.slips import COMMAND_LINE_ERRORS, literal, say_slip
from streams.errors import ConsentryError
from streams.terminal.out import (
    ReaderGoneError,
    drop_output,
    flush,
    prepare_streams,
    quiet_libraries,
    say,
    say_error,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

# In the order in which help lists them; each has the command of its name. A module here imports
# nothing heavy at its top: `consentry --help` and shell completion load all of them.
COMMAND_MODULES = (
    "demo",
    "broker",
    "topics",
    "worker",
    "skip",
    "resume",
    "offsets",
    "facts",
    "dead_letters",
    "deliver",
    "delivery_dead_letters",
    "sample",
    "pseudonym",
    "produce",
    "ingest",
    "receive",
    "watch",
    "sinks",
    "alerts",
    "verify",
    "sweep",
    "person",
    "recipient",
    "ask",
    "erase",
    "restrict",
    "outputs",
    "partitions",
    "check",
    "conformance",
    "explain",
    "policy",
)

EXIT_UNUSABLE = 2
"""What was asked cannot be done, and the message says what to correct."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Errors of writing that name no file: help that goes to a full disk, for one."""

READER_GONE = 141
"""128 + SIGPIPE: not 1, which would say that something was found."""


def _show_version(asked: bool) -> None:
    if asked:
        say(f"consentry {__version__}")
        raise typer.Exit


def consentry(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Options that stand before the command."""


@functools.cache
def application(first: str = "") -> typer.Typer:
    """The application with all commands, or with those that belong to the first word alone.

    To make all takes longer than most of them run, so a word that names a module of
    `COMMAND_MODULES` has that one's only. Help, completion and slips have all.
    """
    app = typer.Typer(
        name="consentry",
        no_args_is_help=True,
        # A traceback is for a bug, and then it should be the plain one, for the report.
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help=(
            "Says when customer data left for a third party, or a marketing message went out, "
            "without a valid basis in law. Findings are indications for review, not legal "
            "determinations."
        ),
        epilog="Start here: consentry demo",
    )
    app.callback()(consentry)
    for name in (first,) if first else COMMAND_MODULES:
        register: Callable[[typer.Typer], None] = importlib.import_module(
            f"streams.cli.{name}"
        ).register
        register(app)
    return app


def module_of(arguments: list[str]) -> str:
    """The module that has the command of a command line; "" where it takes all to say."""
    name = arguments[0].replace("-", "_") if arguments else ""
    return name if name in COMMAND_MODULES and "_" not in arguments[0] else ""


def main(arguments: list[str]) -> int:
    """Run one command line and return its exit status.

    A command says its status with `raise typer.Exit(status)`. Ctrl-C gives 130, what a
    user can correct gives 2 and two lines on standard error, a reader of standard output that
    went away 141, as with any program that SIGPIPE ends.
    """
    prepare_streams()
    quiet_libraries()
    try:
        command = literal(typer.main.get_command(application(module_of(arguments))))
        status = command(arguments, prog_name="consentry", standalone_mode=False)
        flush()
    except SystemExit as leave:  # completion of the shell
        # Rich and typer end so where nobody reads their help.
        status = READER_GONE if isinstance(leave.__context__, BrokenPipeError) else leave.code
    except KeyboardInterrupt:  # while a command is found; those that run end with it themselves
        status = INTERRUPTED
    except COMMAND_LINE_ERRORS as error:
        status = say_slip(error)
    except ReaderGoneError:
        drop_output()
        status = READER_GONE
    except ConsentryError as error:
        say_error(error)
        status = EXIT_UNUSABLE
    except OSError as error:
        if error.filename is None and error.errno not in NO_ROOM:
            raise
        say_error(_file_error(error))
        drop_output()
        status = EXIT_UNUSABLE
    except Exception as error:
        known = _known(error, arguments)
        if known is None:
            raise
        say_error(known)
        status = EXIT_UNUSABLE
    return status if isinstance(status, int) else int(status is not None)


def _known(error: Exception, arguments: list[str]) -> ConsentryError | None:
    """What an error that no command expects says of temporary files, or of an argument."""
    if _is_of_temporary_files(error):
        from streams.files.temporary_database import unusable

        return unusable(error)
    number = next((n for n, one in enumerate(arguments, 1) if not _is_text(one)), None)
    if number is None or not isinstance(error, UnicodeEncodeError):
        return None
    # It is not repeated: it may be a value about a person.
    return ConsentryError(
        f"argument {number} of the command line is no text in UTF-8",
        "Type it in a terminal that is set to UTF-8.",
    )


def _is_text(argument: str) -> bool:
    """Whether an argument came as UTF-8; names of files need not."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_of_temporary_files(error: Exception) -> TypeGuard[sqlite3.Error]:
    """SQLite holds nothing but temporary files; where nobody loaded it, it raised nothing."""
    loaded = sys.modules.get("sqlite3")
    return loaded is not None and isinstance(error, loaded.Error)


def _file_error(error: OSError) -> ConsentryError:
    """What no command has better words for: the file is named at least."""
    if error.filename is None:
        return ConsentryError(
            f"what was to be written could not be: {error.strerror}",
            "Free space on the disk that is written to, or write somewhere else.",
        )
    return ConsentryError(
        f"{os.fsdecode(error.filename)}: {error.strerror}",
        "Correct the name, the permissions, or free space there.",
    )


def run() -> NoReturn:
    """The installed command."""
    status = main(sys.argv[1:])
    try:
        flush()
    except (ReaderGoneError, ConsentryError):
        # Said already, or nobody is there to read it.
        drop_output()
    sys.exit(status)


if __name__ == "__main__":
    run()
