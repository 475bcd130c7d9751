"""The tables of topics and roles for docs/operations.md, made from the catalogue."""

from __future__ import annotations

from streams.settings import Settings
from streams.topics.access import roles
from streams.topics.acl_grants import AclGrant
from streams.topics.catalogue import all_topics
from streams.topics.keeping import span


def topic_table(settings: Settings) -> str:
    """A Markdown table of all topics."""
    lines = [
        "| topic | what is on it | key | value | kept | written by | read by |",
        "|---|---|---|---|---|---|---|",
    ]
    for topic in all_topics(settings):
        compact = topic.config["cleanup.policy"] == "compact"
        kept = "latest of each key" if compact else span(int(topic.config["retention.ms"]))
        schemas = ", ".join(f"`{schema}.avsc`" for schema in topic.schemas)
        value = f"{topic.value} ({schemas})" if schemas else topic.value
        lines.append(
            f"| `{topic.name}` | {topic.description} | {topic.key} | {value} | {kept} | "
            f"{', '.join(topic.writers)} | {', '.join(topic.readers)} |"
        )
    return "\n".join(lines) + "\n"


def role_table(settings: Settings) -> str:
    """A Markdown table of what each role may do."""
    lines = ["| role | may | for |", "|---|---|---|"]
    for role in roles(settings):
        for number, grant in enumerate(role.grants):
            name = f"{role.name}: {role.description}" if number == 0 else ""
            lines.append(f"| {name} | {_may(grant)} | {grant.why} |")
    return "\n".join(lines) + "\n"


def _may(grant: AclGrant) -> str:
    where = "the cluster" if grant.resource == "cluster" else f"{grant.resource} `{grant.name}`"
    if grant.prefixed:
        where += " and all names that begin so"
    return f"{', '.join(grant.operations)} on {where}"
