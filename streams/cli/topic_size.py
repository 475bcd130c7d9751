"""`consentry topics size` and `render`: what a bus takes, and its topics for other tools."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.options import Config, Json, read_settings
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from streams.topics.sizing import Size


class RenderForm(StrEnum):
    """What `render` writes for."""

    STRIMZI = "strimzi"
    TERRAFORM = "terraform"
    COMMANDS = "commands"


RENDER_EXAMPLES = (
    "Examples:  consentry topics render strimzi --cluster bus | kubectl apply -f -  |  "
    "consentry topics render terraform > consentry.tf.json  |  consentry topics render commands"
)
SIZE_EXAMPLES = (
    "Examples:  consentry topics size --events-per-s 5000 --persons 10000000  |  "
    "consentry topics size --events-per-s 500 --persons 200000 --events-per-person 40 --json"
)


def render(
    form: Annotated[RenderForm, typer.Argument(help="strimzi, terraform or commands.")],
    cluster: Annotated[
        str,
        typer.Option(metavar="NAME", help="strimzi: the Kafka resource whose operators make them."),
    ] = "kafka",
    config: Config = None,
) -> None:
    """Print topics and access for another tool, as these settings have them. Asks no Kafka.

    strimzi: KafkaTopic and KafkaUser resources, as YAML. terraform: JSON for the provider
    Mongey/kafka. commands: lines of kafka-topics and kafka-acls.
    """
    settings = read_settings(config, None, asks_kafka=False)
    match form:
        case RenderForm.STRIMZI:
            from streams.topics.strimzi import as_yaml, resources

            for line in as_yaml(resources(settings, cluster)):
                say(line)
        case RenderForm.TERRAFORM:
            from streams.topics.terraform import document

            say_json(document(settings))
        case RenderForm.COMMANDS:
            from streams.cli.topic_plan import plan_as_commands

            for line in plan_as_commands(settings):
                say(line)


def size(
    events_per_s: Annotated[
        float, typer.Option(min=0.001, max=1e9, help="At the busiest time, all inputs together.")
    ],
    persons: Annotated[int, typer.Option(min=1, max=10**11, help="Whose facts are kept.")],
    events_per_person: Annotated[
        float, typer.Option(min=0.001, max=1e6, help="Kept at one time.")
    ] = 10.0,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="More than the fewest, for a quicker restore."),
    ] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Partitions, workers, memory or disk and restore time, from what was measured.

    Goes by the settings `store`, `in_flight_max_bytes`, `live_subjects_max_bytes` and
    `store_cache_bytes`. What the figures are worth: docs/sizing.md. Asks no Kafka.
    """
    from dataclasses import asdict

    from streams.topics.measured import FIGURES
    from streams.topics.sizing import Demand, size

    settings = read_settings(config, None, asks_kafka=False)
    demand = Demand(events_per_s=events_per_s, persons=persons, events_per_person=events_per_person)
    found = size(demand, settings, workers)
    if as_json:
        figures = [asdict(one) | {"source": one.source} for one in FIGURES]
        say_json({**asdict(found), "store": settings.store, "measured": figures})
        return
    for line in _lines(found):
        say(line)
    say(f"with store = {settings.store}; measured:")
    for one in FIGURES:
        say(f"  {one.value:,.10g} {one.unit}  {one.what} ({one.section}, {one.who})")
    say(f"All in {FIGURES[0].source.split(',')[0]}, by `make bench`. docs/sizing.md says more.")


def _lines(found: Size) -> list[str]:
    lines = [
        f"partitions        {found.partitions}",
        f"workers           {found.workers}",
        f"rows              {found.rows:,} in the changelog",
        f"memory            {_bytes(found.memory_bytes)} for each worker",
    ]
    if found.disk_bytes:
        lines.append(f"disk              {_bytes(found.disk_bytes)} for each worker")
    restore = "with an empty folder" if found.disk_bytes else "at every start"
    lines.append(f"restore           {_time(found.restore_s)} {restore}")
    return lines


def _bytes(count: int) -> str:
    return f"{count / 2**30:.1f} GiB" if count >= 2**30 else f"{count / 2**20:.0f} MiB"


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
