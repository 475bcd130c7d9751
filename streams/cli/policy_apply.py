"""`consentry policy apply`: put a policy in force, for all workers."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.cli.policy_options import (
    DEFAULT_EXAMPLES,
    Examples,
    PolicyFile,
    show_effect,
    tried,
)
from streams.errors import ConsentryError
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.control.log import PolicyInForce
    from streams.policy_effect import Effect

EXAMPLES = (
    'Examples:  consentry policy apply policy.toml --why "TIKTOK is a processor from 1 December" '
    "--ticket DPO-117  |  consentry policy apply policy.toml --why ... --dry-run"
)


def apply(
    file: PolicyFile,
    why: Annotated[str, typer.Option(help="The reason. It stays for ever: name no person in it.")],
    ticket: Annotated[
        str | None, typer.Option(metavar="ID", help="Where it was decided.", show_default=False)
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="Who says so. By default the user of this process.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing.")] = False,
    examples: Examples = DEFAULT_EXAMPLES,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Put a policy with its registers in force for all workers.

    Shows first what it changes, as `policy try`, and asks. Entries may reach into the past, and
    rows of registers need no date: what is stored is judged again. Nothing is written where the
    policy is in force already, or where somebody else applies one at the same moment.

    Exit code: 0 when it is applied (or would be, with --dry-run), 1 when you say no, 2 when it
    cannot be.
    """
    import asyncio

    from streams.control.apply import apply_policy, require_change, require_writable
    from streams.control.in_force import policy_now
    from streams.policy_effect.report import as_json as document
    from streams.policy_file import policy_of, standalone

    text = standalone(file)
    policy = policy_of(text, str(file))
    settings, who = read_settings(config, brokers), by or _user()
    require_writable(settings, text, who=who, why=why, ticket=ticket)
    in_force = policy_now(settings)
    require_change(in_force, policy)
    effect = tried(settings, policy, None, examples, shown=not as_json)
    if not as_json:
        _show(in_force, policy.version, effect)
    applied = None
    if not dry_run:
        if not yes:
            _ask(in_force, policy.version)
        applied = asyncio.run(
            apply_policy(settings, text, who=who, why=why, ticket=ticket, after=in_force.sequence)
        )
    if as_json:
        sequence = None if applied is None else applied.sequence
        head = {"version": policy.version, "digest": policy.digest, "sequence": sequence}
        say_json({**head, "applied": applied is not None, "effect": document(effect)})
    elif applied is not None:
        say(f"Policy {applied.sequence} ({applied.version}) is in force; workers follow it.")
    else:
        say("Nothing was written.")


def _show(in_force: PolicyInForce, version: str, effect: Effect) -> None:
    number = f"policy {in_force.sequence}, " if in_force.sequence else ""
    say(f"In force: {number}{in_force.version}. To be applied: {version}.")
    show_effect(effect)


def _ask(in_force: PolicyInForce, version: str) -> None:
    if not sys.stdin.isatty():
        raise ConsentryError(
            "nobody can be asked: standard input is no terminal", "Repeat it with --yes."
        )
    if not typer.confirm(f"Replace {in_force.version} by {version} for all workers?", err=True):
        raise typer.Exit(1)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user of a container without a name
        return "unknown"
