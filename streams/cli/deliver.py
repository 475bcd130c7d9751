"""`consentry deliver`: bring findings and duties to the sinks of the settings file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Brokers, Config, read_settings
from streams.cli.service_start import JsonLogs, begin_logs, require_broker
from streams.errors import ConsentryError

if TYPE_CHECKING:
    from streams.delivery.start_offsets import Start
    from streams.settings import Settings
    from streams.sinks.load import Configured

_EXAMPLES = (
    "Examples:  consentry deliver --config consentry.toml  |  "
    "consentry deliver --sink splunk --from state  |  "
    "consentry deliver --sink splunk --from 2026-11-01T00:00:00.000Z --again"
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="deliver", epilog=_EXAMPLES)(deliver)


def deliver(
    sink: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this sink; may be given more than once."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="state|now|earliest|INSTANT",
            help="Where a sink begins that has not delivered yet. By default state: all that "
            "is open now, each once, then what comes.",
        ),
    ] = None,
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Begin again with --from, although the sink has delivered before."
        ),
    ] = False,
    closed_days: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=36_500,
            help="With --from state --again: what was closed in the last so many days is "
            "delivered too, since the receiver may have missed its close. By default 90.",
            show_default=False,
        ),
    ] = None,
    brokers: Brokers = None,
    config: Config = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Written when every sink has begun, removed at the end."),
    ] = None,
    json_logs: JsonLogs = None,
) -> None:
    """Deliver findings and duties to SIEM and alerting, as they are committed.

    Each sink has a consumer group of its own and goes on where it stopped; several
    deliverers share the work. A receiver that is away delays no other: its findings wait
    on the topic. Stop with SIGTERM or Ctrl-C.

    Exit code: 0 after a stop, 2 when somebody must put something right (the last lines
    say what), 70 when it ended itself to be started again, or found no broker.
    """
    from streams.cli.deliver_process import run_deliverer
    from streams.delivery.alert_options import read_alert_options
    from streams.delivery.begun_note import CLOSED_DAYS, days_ago
    from streams.sinks.load import configured

    settings = read_settings(config, brokers)
    sinks = chosen(config, sink)
    alerts = read_alert_options(config, sinks=configured(config))
    where = parse_start(start)
    if again and where is None:
        raise typer.BadParameter("--again needs --from")
    if closed_days is not None and not (again and where == "state"):
        raise typer.BadParameter("--closed-days needs --from state --again")
    days = CLOSED_DAYS if closed_days is None else closed_days
    require_broker(settings)
    require_own_topics(settings, sinks)
    begin_logs(json_logs)
    run_deliverer(
        settings,
        sinks,
        alerts,
        where,
        again=again,
        closed_since=days_ago(days) if again and days else None,
        ready_file=ready_file,
    )


def require_own_topics(settings: Settings, sinks: Iterable[str] = ()) -> None:
    """Stop when a topic is missing that deliverers write, as after an upgrade.

    Raises ConsentryError with its name, with that of a topic whose codec is not read, and
    when the group of a sink is another installation's.
    """
    from streams.topics import Party, admin_session, all_topics
    from streams.topics.cluster import read_cluster
    from streams.topics.compression_checks import require_readable
    from streams.topics.ownership import require_own_delivery

    topics = all_topics(settings)
    own = [topic.name for topic in topics if Party.DELIVERY in topic.writers]
    read = [topic.name for topic in topics if Party.DELIVERY in topic.readers]
    with admin_session(settings.connection) as client:
        require_own_delivery(client, settings, sinks)
        there = read_cluster(client, {*own, *read})
    missing = [name for name in own if name not in there.topics and name not in there.hidden]
    if missing:
        raise ConsentryError(
            f"no topic {', '.join(missing)} on {settings.connection.bootstrap}",
            "Create the topics with `consentry topics create`: it makes only what is missing.",
        )
    require_readable(settings, there, Party.DELIVERY)


def chosen(config: Path | None, names: list[str] | None) -> dict[str, Configured]:
    """The sinks to run. Raises ConsentryError when there is none, or none of a name."""
    from streams.sinks.load import configured

    sinks = configured(config)
    if not sinks:
        raise ConsentryError(
            "there is no sink to deliver to",
            "Add a table [sinks.NAME] to the settings file (--config, or CONSENTRY_CONFIG); "
            "docs/sinks.md describes them.",
        )
    unknown = sorted(set(names or ()) - sinks.keys())
    if unknown:
        raise ConsentryError(
            f"there is no sink {', '.join(unknown)}", f"The sinks are {', '.join(sinks)}."
        )
    return {name: one for name, one in sinks.items() if not names or name in names}


def parse_start(text: str | None) -> Start | None:
    """What --from says. Raises typer.BadParameter."""
    from streams.core.instants import parse_instant

    match text:
        case None | "state" | "now" | "earliest":
            return text
        case _:
            pass
    try:
        return parse_instant(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is none of state, now and earliest, and no instant: {error}"
        ) from None
