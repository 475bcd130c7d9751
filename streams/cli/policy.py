"""`consentry policy`: check a policy, try it, put it in force, and show what was and is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli import policy_apply, policy_history, policy_show, policy_try
from streams.cli.policy_options import PolicyFile
from streams.terminal.out import say


def register(app: typer.Typer) -> None:
    """Add `policy` and the commands under it."""
    policy = typer.Typer(
        name="policy",
        help="Check, try and apply the policy, and show what is and was in force.",
        no_args_is_help=True,
    )
    policy.command("check", epilog=_CHECK_EXAMPLES)(check)
    policy.command("try", epilog=policy_try.EXAMPLES)(policy_try.try_policy)
    policy.command("apply", epilog=policy_apply.EXAMPLES)(policy_apply.apply)
    policy.command("history", epilog=policy_history.EXAMPLES)(policy_history.history)
    policy.command("show", epilog=policy_show.EXAMPLES)(policy_show.show)
    app.add_typer(policy)


_CHECK_EXAMPLES = (
    "Examples:  consentry policy check policy.toml  |  "
    "consentry policy check policy.toml --against running.toml"
)


def check(
    file: PolicyFile,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Another policy file: says whether the past is judged otherwise than under it.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check a policy file and its registers, and say everything that is wrong.

    With --against it also says whether events of the past would be judged otherwise. What that
    would change of what stands, `policy try` says.

    Exit code: 0 when the file can be used, 1 when it can but its past differs, 2 when it
    cannot be used.
    """
    from streams.cli.instants import read_clock
    from streams.policy_file import load_policy

    policy = load_policy(file)
    registers = policy.registers
    say(
        f"{file} is sound: policy {policy.version}, {len(policy.entries)} settings, "
        f"{len(registers.recipients)} recipients, {len(registers.notices)} notices, "
        f"{len(registers.adequacy)} adequacy decisions"
    )
    if against is None:
        return
    now = read_clock("now")
    assert now is not None
    if load_policy(against).past_digest(now) == policy.past_digest(now):
        say(f"Events up to now are judged as under {against}.")
        return
    say(
        f"Events up to now are judged otherwise than under {against}. `consentry policy try {file}` "
        "says what that changes of what stands."
    )
    raise typer.Exit(1)
