"""`consentry facts`: stored facts as a file, for a backup or another installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from streams.cli.options import Brokers, Config, Json, read_settings
from streams.cli.progress import progress_bar
from streams.cli.result_file import open_output, require_writable
from streams.terminal.out import say, say_json

_EXPORT = "Examples:  consentry facts export --out facts.jsonl  |  consentry facts export --out -"
_IMPORT = (
    "Examples:  consentry facts import facts.jsonl  |  consentry facts import facts.jsonl "
    "--from latest"
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    facts = typer.Typer(
        no_args_is_help=True, help="Stored facts as a file, for a backup or another installation."
    )
    facts.command(name="export", epilog=_EXPORT)(export)
    facts.command(name="import", epilog=_IMPORT)(import_)
    app.add_typer(facts, name="facts")


def export(
    *,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE", help="Where to write them; - for standard output."),
    ],
    brokers: Brokers = None,
    config: Config = None,
) -> None:
    """Write all stored facts, with what was published about them, as JSON lines.

    Reads the changelog, as the role verifier, while workers run; writes nothing to the bus. The
    last line is a manifest, by which `import` knows that the file is whole. The file holds
    pseudonyms and all that is stored about persons: keep it as you keep the broker's disks.

    Exit code: 0 when all is written, 2 when it cannot be.
    """
    from streams.operate.moving.export import export_facts

    require_writable(out)
    settings = read_settings(config, brokers)
    with (
        progress_bar("exporting", None, unit="percent") as advance,
        open_output(out) as file,
    ):
        manifest = export_facts(settings, file, advance)
    facts = sum(manifest.facts.values())
    say(
        f"Written: {facts:,} facts and {manifest.refused:,} refused ids of "
        f"{len(manifest.covered)} partitions.",
        err=True,
    )


def import_(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Files that `facts export` wrote.")
    ],
    *,
    start: Annotated[
        Literal["latest", "earliest"] | None,
        typer.Option(
            "--from",
            help="From where on the inputs are read, where the export is of other topics; latest is "
            "where they end as the import begins.",
            show_default=False,
        ),
    ] = None,
    brokers: Brokers = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Bring exported facts into an installation that has none.

    With any number of partitions. Facts keep when they were ingested, findings and duties their
    revisions, labels and deadlines; what was judged under another policy or release is judged
    again by the workers. Several files are merged. Stop all workers; a run that was interrupted goes
    on when it is said again. Settings and access are those of the role operator.

    Exit code: 0 when all facts are there, 2 when they cannot be imported.
    """
    from streams.control.in_force import policy_now
    from streams.operate.moving.importing import import_facts
    from streams.operate.moving.start import Start

    settings = read_settings(config, brokers)
    policy = policy_now(settings).policy
    with progress_bar("importing", None, unit="percent", shown=not as_json) as advance:
        found = import_facts(
            settings,
            policy,
            files,
            start=None if start is None else Start(start),
            advance=advance,
        )
    if as_json:
        say_json(found._asdict())
        return
    say(f"Imported: {found.rows:,} of {found.of:,} rows, into {found.partitions} partitions.")
    if found.expired:
        say(f"{found.expired:,} are expired: from before an erasure of their person.")
    if found.rows < found.of:
        say("The others had been imported before.")
    say("Start the workers, then prove it: consentry verify")
