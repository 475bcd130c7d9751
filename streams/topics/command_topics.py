"""The topics of commands to workers, and of what became of them."""

from __future__ import annotations

from streams.settings import Settings
from streams.topics.keeping import compacted, deleted_after
from streams.topics.topic import DAY_MS, Party, Topic, TopicKind


def command_topics(settings: Settings) -> tuple[Topic, Topic]:
    """Commands are kept as long as inputs, results for ever."""
    names = settings.topics
    return (
        Topic(
            name=names.commands,
            kind=TopicKind.COMMANDS,
            description="What operators order of workers: to erase a person, to restrict "
            "processing, to publish again. The "
            "owner of the partition does it in its own transaction.",
            key="id of the command (UUID)",
            value="one command, JSON (streams/wire/commands.py)",
            schemas=(),
            partitions=settings.partitions,
            config=deleted_after(
                settings.input_retention_days * DAY_MS, settings.input_max_bytes, settings
            ),
            writers=(Party.COMMANDER,),
            readers=(Party.WORKER, Party.VERIFIER, Party.OPERATOR),
        ),
        Topic(
            name=names.command_results,
            kind=TopicKind.COMMAND_RESULTS,
            description="What workers did of each command, or why it was refused. Read it with "
            "isolation.level=read_committed.",
            key="id of the command/partition",
            value="one result, JSON (streams/wire/commands.py)",
            schemas=(),
            partitions=settings.partitions,
            config=compacted(settings, stamped_by_broker=True),
            writers=(Party.WORKER,),
            readers=(Party.COMMANDER, Party.VERIFIER),
        ),
    )
