"""`consentry ingest`: records of other topics to events, as a service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import Brokers, Config, read_settings
from streams.cli.service_start import JsonLogs, begin_logs
from streams.terminal.out import say


def ingest(
    context: typer.Context,
    config: Config = None,
    brokers: Brokers = None,
    only_check: Annotated[
        bool,
        typer.Option("--check", help="Read the sources, their maps and keys, and end; asks nobody."),
    ] = False,
    ready_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Written when partitions are assigned, removed at the "
                     "end."),
    ] = None,
    json_logs: JsonLogs = None,
) -> None:  # fmt: skip
    """Map records of the topics that [ingest] of the settings file names onto the input topics.

    Exactly once, in as many instances as there are partitions of sources. What no map can map
    goes to the topic of rejects, with the reason. A broker that is away is waited for. Stop with
    SIGTERM or Ctrl-C.

    Exit code: 0 after a stop, 2 when somebody must put something right (the last lines say
    what), 70 when it ended itself to be started again.
    """
    if context.invoked_subcommand is not None:
        if only_check or any(
            value is not None for value in (config, brokers, ready_file, json_logs)
        ):
            raise typer.BadParameter(f"options go after `ingest {context.invoked_subcommand}`")
        return
    from streams.cli.ingest_process import run_ingest
    from streams.ingest.service.plan import read_plan
    from streams.settings.load import settings_file

    settings = read_settings(config, brokers)
    plan = read_plan(settings_file(config), settings)
    if only_check:
        for source in plan.sources:
            read = [*source.topics, *([f"/{source.matching.pattern}/"] if source.matching else [])]
            say(f"{source.name}: {', '.join(read)} by the map {source.mapping.name}")
        return
    begin_logs(json_logs)
    run_ingest(settings, plan, ready_file)
