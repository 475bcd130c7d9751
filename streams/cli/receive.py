"""`consentry receive`: take webhooks over HTTP and write them to Kafka as they came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Brokers, Config, read_settings
from streams.cli.service_start import JsonLogs, begin_logs, require_broker
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from streams.receive.load import Receiving
    from streams.settings import Settings

_EXAMPLES = "Examples:  consentry receive --config consentry.toml"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="receive", epilog=_EXAMPLES)(receive)


def receive(
    brokers: Brokers = None,
    config: Config = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Written with the address when requests are taken, removed at the end.",
        ),
    ] = None,
    json_logs: JsonLogs = None,
) -> None:
    """Take webhooks: check who sent them, write them to Kafka, and only then acknowledge.

    Each source of the table [receive] has a path /hooks/NAME and a topic of its own. While
    Kafka is away senders get 503 and send again. Start as many as you like behind a proxy.
    Stop with SIGTERM or Ctrl-C: what is in work is written and answered.

    Exit code: 0 after a stop, 2 when somebody must put something right (the last lines
    say what), 70 when it ended itself to be started again, or found no broker.
    """
    from streams.cli.receive_process import run_receiver
    from streams.receive.load import read_receiving

    settings = read_settings(config, brokers)
    receiving = read_receiving(config)
    require_broker(settings)
    require_topics(settings, receiving)
    begin_logs(json_logs)
    run_receiver(settings, receiving, ready_file)


def require_topics(settings: Settings, receiving: Receiving) -> None:
    """Stop where a source has no topic. Raises ConsentryError with its name."""
    from streams.topics import admin_session
    from streams.topics.cluster import read_cluster

    unnamed = [name for name in receiving.sources if name not in settings.topics.raw]
    if unnamed:
        raise ConsentryError(
            f"the setting webhooks does not name {', '.join(unnamed)}, which the table [receive] "
            "has",
            "Leave the setting out: the names of the tables then count.",
        )
    wanted = [settings.topics.raw[name] for name in receiving.sources]
    with admin_session(settings.connection) as client:
        there = read_cluster(client, wanted)
    missing = [name for name in wanted if name not in there.topics and name not in there.hidden]
    if missing:
        raise ConsentryError(
            f"no topic {', '.join(missing)} on {settings.connection.bootstrap}",
            "Create the topics with `consentry topics create --config FILE`: it makes only what "
            "is missing.",
        )
