"""What `consentry topics create --dry-run` prints, in its three forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from streams.settings import Settings
from streams.topics import AclGrant, acl_commands, all_topics, roles
from streams.topics.commands import create_command
from streams.topics.keeping import span

if TYPE_CHECKING:
    from rich.table import Table


def plan_as_json(settings: Settings) -> dict[str, Any]:
    """Topics and roles as plain data."""
    return {
        "replication_factor": settings.replication_factor,
        "topics": [asdict(topic) for topic in all_topics(settings)],
        "roles": [asdict(role) for role in roles(settings)],
    }


def plan_as_commands(settings: Settings) -> Iterator[str]:
    """Lines of a shell script: topics first, then the ACLs of each role."""
    bootstrap = settings.connection.bootstrap
    yield "# Topics"
    for topic in all_topics(settings):
        yield create_command(topic, bootstrap, settings.replication_factor)
    for role in roles(settings):
        yield ""
        yield f"# {role.name}: {role.description} Put your own user for {role.user}."
        yield from acl_commands(role, bootstrap)


def print_plan(settings: Settings) -> None:
    """Tables for people."""
    from rich.table import Column, Table

    from streams.terminal.console import line, screen

    console = screen()
    copies = settings.replication_factor or "the cluster's default"
    console.print(
        line(("Topics", "bold"), f" ({settings.partitions} partitions each, copies: {copies})")
    )
    console.print(_topic_table(settings))
    console.print("Settings of the topics", style="bold")
    alike: dict[str, list[str]] = {}
    for topic in all_topics(settings):
        config = " ".join(f"{key}={value}" for key, value in topic.config.items())
        alike.setdefault(config, []).append(topic.name)
    for config, names in alike.items():
        console.print(f"{', '.join(names)}:")
        console.print(f"  {config}", soft_wrap=True)
    console.print()
    console.print(line(("Access", "bold"), " (users are suggestions; grant nothing beyond)"))
    for role in roles(settings):
        console.print()
        console.print(f"{role.name}, for example User:{role.user}", style="bold")
        console.print(role.description)
        table = Table(Column("on", overflow="fold"), "allow", "for")
        for grant in role.grants:
            table.add_row(_resource(grant), ", ".join(grant.operations), grant.why)
        console.print(table)


def _topic_table(settings: Settings) -> Table:
    from rich.table import Column, Table

    table = Table(
        Column("topic", no_wrap=True), "kept", "written by", "read by", title_justify="left"
    )
    for topic in all_topics(settings):
        compact = topic.config["cleanup.policy"] == "compact"
        kept = "last per key" if compact else span(int(topic.config["retention.ms"]))
        table.add_row(topic.name, kept, ", ".join(topic.writers), ", ".join(topic.readers))
    return table


def _resource(grant: AclGrant) -> str:
    if grant.resource == "cluster":
        return "the cluster"
    return f"{grant.resource} {grant.name}{'*' if grant.prefixed else ''}"
