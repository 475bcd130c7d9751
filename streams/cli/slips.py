"""What typer says itself, help and slips on the command line, in the words of all the rest."""

from __future__ import annotations

from typing import Any, Final

import typer

from streams.safe_text import as_markup
from streams.terminal.out import say

# Typer carries its own copy of click since 0.2x; both have these bases.
COMMAND_LINE_ERRORS: Final[tuple[type[Exception], ...]] = tuple(
    kind
    for kind in (*typer.BadParameter.__mro__, typer.Abort)
    if kind.__name__ in {"ClickException", "Abort"}
)
"""An option that is wrong or unknown, and an end of input where an answer was expected."""


def say_slip(error: Exception) -> int:
    """Say what is wrong with a command line; returns the exit status."""
    if isinstance(error, typer.Abort):
        say("error: the input ended before it was complete", err=True)
        return 2
    context: Any = getattr(error, "ctx", None)
    # Where nothing was asked the help has been printed already.
    if type(error).__name__ != "NoArgsIsHelpError":
        message = " ".join(error.format_message().split())  # type: ignore[attr-defined]
        message = message.replace("Value error, ", "")
        say(f"error: {message[:1].lower()}{message[1:].removesuffix('.')}", err=True)
        path = "consentry" if context is None else context.command_path
        say(f"`{path} --help` shows what there is.", err=True)
    return 2


def literal(command: Any) -> Any:
    """The command with help that is shown as it is written.

    Typer reads help as markup of rich, in which `[alerts]` is a style and vanishes.
    """
    for name in ("help", "epilog", "short_help"):
        text = getattr(command, name, None)
        if text and "[" in text:
            setattr(command, name, as_markup(text))
    for parameter in command.params:
        if "[" in (getattr(parameter, "help", None) or ""):
            parameter.help = as_markup(parameter.help)
    for inner in getattr(command, "commands", {}).values():
        literal(inner)
    return command
