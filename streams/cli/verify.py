"""`consentry verify`: prove on the bus that findings follow from the facts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.cli.progress import progress_bar
from streams.terminal.out import say_json

_EXAMPLES = (
    "Examples:  consentry verify --brokers kafka:9092  |  consentry verify --partition 3 "
    "--no-inputs  |  consentry verify --json > verified.json"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="verify", epilog=_EXAMPLES)(verify)


def verify(
    brokers: Brokers = None,
    config: Config = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Judge under this policy file, instead of the policy in force.",
            show_default=False,
        ),
    ] = None,
    partition: Annotated[
        list[int] | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Verify this partition number only; can be given more than once.",
            show_default=False,
        ),
    ] = None,
    no_inputs: Annotated[
        bool,
        typer.Option(
            "--no-inputs",
            help="Compare the outputs with the stored facts only, and do not read the inputs.",
        ),
    ] = False,
    details: Annotated[
        int, typer.Option(min=0, help="Differences that are shown one by one; all are counted.")
    ] = 20,
    as_json: Json = False,
) -> None:
    """Prove that the findings on the bus are those of the facts, while workers run.

    Reads the stored facts up to a fixed batch, judges them again in one go, and compares
    with the findings and duties on the output topics. Reads the inputs too, as far as they
    are retained: no record may be missing among the facts, and the worker's counters must
    balance. Writes nothing. Findings and facts that differ are named with their pseudonyms.

    Exit code: 0 when all is equal, 1 when something differs, 2 when it cannot be verified.
    """
    from streams.control.in_force import policy_now
    from streams.policy_file import load_policy
    from streams.verify import verify as run
    from streams.verify.report import as_json as document
    from streams.verify.report import print_report

    settings = read_settings(config, brokers)
    asked = None if policy is None else load_policy(policy)
    in_force = policy_now(settings)
    rules = asked or in_force.policy
    with progress_bar("verifying", None, unit="percent", shown=not as_json) as advance:
        found = run(
            settings,
            rules,
            numbers=partition,
            with_inputs=not no_inputs,
            limit=details,
            advance=advance,
        )
    if asked is not None and asked.digest != in_force.digest:
        found.notes.append(
            f"judged under {policy} (version {asked.version}), as --policy says; in force is version "
            f"{in_force.version}"
        )
    if as_json:
        say_json(document(found))
    else:
        from streams.terminal.console import screen

        print_report(found, screen())
    if not found.equal:
        raise typer.Exit(1)
