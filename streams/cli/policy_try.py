"""`consentry policy try`: what a policy would change, without changing anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.instants import Clock, read_clock
from streams.cli.memory import DEFAULT_MIB, MemoryMib, disk_errors
from streams.cli.options import Brokers, Config, Json, read_settings
from streams.cli.policy_options import (
    DEFAULT_EXAMPLES,
    Examples,
    Partitions,
    PolicyFile,
    show_effect,
    tried,
)
from streams.cli.progress import progress_bar
from streams.cli.unread import EXIT_UNREAD, report_unread
from streams.errors import ConsentryError
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.core.instants import Instant
    from streams.core.policy import Policy
    from streams.policy_effect import Effect

EXAMPLES = (
    "Examples:  consentry policy try policy.toml  |  consentry policy try policy.toml --partition 0 "
    "--json > effect.json  |  consentry policy try policy.toml --input events/ --against now.toml"
)


def try_policy(
    file: PolicyFile,
    partition: Partitions = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            metavar="PATH",
            help="Judge the events of files or folders, as `check` reads them, and not the stored "
            "facts; can be given more than once.",
            show_default=False,
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="With --input: compare with this policy file, and ask no Kafka for the policy in "
            "force.",
            show_default=False,
        ),
    ] = None,
    clock: Clock = None,
    examples: Examples = DEFAULT_EXAMPLES,
    memory: MemoryMib = DEFAULT_MIB,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Judge the stored facts under a policy, and say what would be gone, new or changed.

    Compares with the findings and duties that stand now, by code, severity, controller and
    recipient, and names a few of each. Reads the changelog while workers run, as the role policy
    officer, and writes nothing; one person at a time is in memory. What is shown holds ids and
    pseudonyms only.

    Exit code: 0 when nothing would change, 1 when something would, 2 when it cannot be tried or
    something of the input was not read.
    """
    from streams.policy_effect.report import as_json as document
    from streams.policy_file import load_policy

    policy = load_policy(file)
    unread = 0
    if inputs is not None:
        if partition is not None:
            raise ConsentryError("--partition is of the stored facts, and --input of files")
        compared = _current(against, config, brokers)
        with disk_errors():
            effect, unread = _on_files(
                inputs, policy, compared, read_clock(clock), examples, memory, shown=not as_json
            )
    else:
        if against is not None or clock is not None:
            raise ConsentryError(
                "--against and --clock are for --input",
                "Stored facts are compared with what stands now, at the time of their partition.",
            )
        settings = read_settings(config, brokers)
        with disk_errors():
            effect = tried(settings, policy, partition, examples, shown=not as_json)
    if as_json:
        say_json({"version": policy.version, "digest": policy.digest, **document(effect)})
    else:
        say(f"Policy {policy.version} on trial; nothing is written.")
        show_effect(effect)
    if unread:
        raise typer.Exit(EXIT_UNREAD)
    if not effect.nothing:
        raise typer.Exit(1)


def _current(against: Path | None, config: Path | None, brokers: str | None) -> Policy:
    """What files are compared with: the file that is named, or the policy in force."""
    from streams.control.in_force import policy_now
    from streams.policy_file import load_policy

    if against is not None:
        return load_policy(against)
    try:
        return policy_now(read_settings(config, brokers)).policy
    except ConsentryError as error:
        raise error.within(
            "the policy in force", "Without a Kafka, name the current policy with --against FILE."
        ) from None


def _on_files(
    names: list[str],
    policy: Policy,
    against: Policy,
    clock: Instant | None,
    examples: int,
    memory: int,
    *,
    shown: bool,
) -> tuple[Effect, int]:
    """The effect on the events of files, and how much was not read."""
    from streams.check.memory import MIB
    from streams.files.find import find_inputs
    from streams.files.read import size_of
    from streams.policy_effect import try_on_files

    inputs = find_inputs(names, None)
    with progress_bar("reading", size_of(inputs.files), unit="bytes", shown=shown) as done:
        read = 0

        def advance(count: int) -> None:
            nonlocal read
            read += count
            done(read)

        effect, gathered = try_on_files(
            inputs,
            policy,
            against,
            clock,
            limit=examples,
            advance=advance,
            memory=memory * MIB,
        )
    bad = len(gathered.rejected.in_order())
    if bad:
        effect.notes.append(f"{bad} of {gathered.read} records are no events and were left out")
    unread = report_unread(gathered.unread, inputs.passed_over)
    if not effect.subjects:
        raise ConsentryError("the input holds no events", "Name files that hold events.")
    return effect, unread
