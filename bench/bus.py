"""The topics of one run: made for it, named for it, and deleted after it."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError

from streams.core.vocabulary import EventType
from streams.settings import Settings
from streams.topics.input_topics import input_topics

PEER_VIOLATIONS = "peer-violations"
PEER_STATE = "peer-state"
STATE_CONFIG = {"cleanup.policy": "compact"}
APPENDED = {"message.timestamp.type": "LogAppendTime"}


class Bus:
    """Topics under a tag: inputs as Consentry's catalogue wants them, outputs for a peer.

    Everything that a program makes on the broker begins with the tag, its consumer group
    included; so leaving the context can delete all of it.
    """

    def __init__(self, bootstrap: str, tag: str, partitions: int) -> None:
        self.tag = tag
        self.settings = Settings(
            brokers=(bootstrap,),
            topic_prefix=f"{tag}.",
            application_id=tag,
            partitions=partitions,
            replication_factor=1,
        )
        self._admin = KafkaAdminClient(**self.settings.connection.kafka_python_options())

    def __enter__(self) -> Self:
        try:
            config = {topic.name: dict(topic.config) for topic in input_topics(self.settings)}
            self.create(config)
            self.create({self.violations: APPENDED, self.state: STATE_CONFIG})
        except BaseException:
            self._admin.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            begins = f"{self.tag}.", f"{self.tag}-"
            made = [name for name in self._admin.list_topics() if name.startswith(begins)]
            self._admin.delete_topics(made, raise_errors=False)
        except KafkaError as problem:
            print(f"  topics of {self.tag} were left: {type(problem).__name__}", flush=True)
        finally:
            self._admin.close()

    @property
    def bootstrap(self) -> str:
        """The broker's address."""
        return self.settings.connection.bootstrap

    @property
    def partitions(self) -> int:
        """Of every topic."""
        return self.settings.partitions

    @property
    def inputs(self) -> dict[EventType, str]:
        """The names of the five input topics."""
        return dict(self.settings.topics.inputs)

    @property
    def violations(self) -> str:
        """Where a peer writes what it found."""
        return f"{self.tag}.{PEER_VIOLATIONS}"

    @property
    def state(self) -> str:
        """Where a peer without a changelog of its own writes its state."""
        return f"{self.tag}.{PEER_STATE}"

    def create(self, topics: dict[str, dict[str, str]]) -> None:
        """Create topics with settings, and wait until they can be written."""
        new = [
            NewTopic(name, self.partitions, 1, topic_configs=config)
            for name, config in topics.items()
        ]
        self._admin.create_topics(new)
        self._admin.wait_for_topics(list(topics))

    def committed(self) -> int:
        """Records on the inputs that the group of the contestant has committed."""
        return committed(self._admin, self.tag, self.inputs.values())


def committed(admin: KafkaAdminClient, group: str, topics: Iterable[str]) -> int:
    """The sum of a group's committed offsets on topics."""
    wanted = set(topics)
    try:
        found = admin.list_group_offsets(group)
    except KafkaError as error:
        if not error.retriable:
            raise
        return 0  # the first group of a broker makes the topic of offsets
    offsets = found.get(group, found)
    # Without a commit the offset is -1.
    return sum(max(0, meta.offset) for place, meta in offsets.items() if place.topic in wanted)
