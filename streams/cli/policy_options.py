"""Options that the commands `policy try` and `policy apply` share, and how a trial is shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.progress import progress_bar

if TYPE_CHECKING:
    from streams.core.policy import Policy
    from streams.policy_effect import Effect
    from streams.settings import Settings

PolicyFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Policy file (TOML).", show_default=False)
]

Partitions = Annotated[
    list[int] | None,
    typer.Option(
        "--partition",
        metavar="N",
        min=0,
        help="Judge the facts of this partition number only; can be given more than once.",
        show_default=False,
    ),
]

Examples = Annotated[
    int, typer.Option("--examples", min=0, help="Examples of each kind of change and code.")
]

DEFAULT_EXAMPLES = 3


def tried(
    settings: Settings, policy: Policy, numbers: list[int] | None, examples: int, *, shown: bool
) -> Effect:
    """A trial on the stored facts, with a bar where somebody looks."""
    from streams.policy_effect import try_on_state

    with progress_bar("judging on trial", None, unit="percent", shown=shown) as advance:
        return try_on_state(settings, policy, numbers=numbers, limit=examples, advance=advance)


def show_effect(effect: Effect) -> None:
    """For people."""
    from streams.policy_effect.report import print_effect
    from streams.terminal.console import screen

    print_effect(effect, screen())
