"""The command `consentry`: which commands there are, and how errors end."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from streams import __version__
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from collections.abc import Callable

# In the order in which help lists them. A module here imports nothing heavy at its top:
# `consentry --help` and shell completion load all of them.
COMMAND_MODULES = (
    "demo",
    "broker",
    "topics",
    "worker",
    "deliver",
    "sample",
    "pseudonym",
    "produce",
    "watch",
    "sinks",
    "alerts",
    "verify",
    "check",
    "conformance",
    "explain",
    "policy",
)

EXIT_UNUSABLE = 2
"""What was asked cannot be done, and the message says what to mend."""

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


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"consentry {__version__}")
        raise typer.Exit


@app.callback()
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


for _name in COMMAND_MODULES:
    _register: Callable[[typer.Typer], None] = importlib.import_module(
        f"streams.cli.{_name}"
    ).register
    _register(app)


def main(arguments: list[str]) -> int:
    """Run one command line and return its exit status.

    A command says its status with `raise typer.Exit(status)`. Ctrl-C gives 130, what a
    user can mend gives 2 and two lines on standard error.
    """
    status: int | str | None = 0
    try:
        app(arguments, prog_name="consentry")
    except SystemExit as leave:  # as typer always ends
        status = leave.code
    except ConsentryError as error:
        print(f"error: {error.problem}", file=sys.stderr)  # noqa: T201
        if error.remedy:
            print(error.remedy, file=sys.stderr)  # noqa: T201
        status = EXIT_UNUSABLE
    return status if isinstance(status, int) else int(status is not None)


def run() -> NoReturn:
    """The installed command."""
    status = main(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has gone; the flush at exit would complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


if __name__ == "__main__":
    run()
