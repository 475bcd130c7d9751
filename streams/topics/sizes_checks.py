"""Does everything fit that the worker must write?"""

from __future__ import annotations

from collections.abc import Iterator

from streams.settings import Settings
from streams.settings.topics import HEADER_ALLOWANCE
from streams.topics.catalogue import all_topics
from streams.topics.cluster import ClusterState
from streams.topics.commands import configure_command
from streams.topics.problems import ProblemLevel, TopicAspect, TopicProblem
from streams.topics.topic import TopicKind

_SIZE = "max.message.bytes"


def size_problems(settings: Settings, state: ClusterState) -> Iterator[TopicProblem]:
    """What a worker writes about a record is cut to `output_max_bytes`, and that must fit."""
    known = {
        topic.name: int(state.topics[topic.name].config[_SIZE])
        for topic in all_topics(settings)
        if topic.name in state.topics and _SIZE in state.topics[topic.name].config
    }
    bootstrap, needed = settings.connection.bootstrap, settings.output_max_bytes
    for topic in all_topics(settings):
        found = known.get(topic.name)
        if found is None or topic.kind in (TopicKind.TICKS, TopicKind.COMMANDS):
            continue
        if topic.kind is not TopicKind.INPUT:
            if found < needed:
                yield TopicProblem(
                    weight=ProblemLevel.ERROR,
                    check=TopicAspect.MESSAGE_SIZE,
                    topic=topic.name,
                    what=f"{_SIZE} is {found}, less than the {needed} of output_max_bytes",
                    why="senders of larger bodies would get 413 for good"
                    if topic.kind is TopicKind.RAW
                    else "the worker would stop at the first large record, and again after each "
                    "start",
                    remedy="raise it, or lower output_max_bytes to the least of these topics:",
                    commands=(configure_command(topic.name, bootstrap, {_SIZE: str(needed)}),),
                )
        elif found + HEADER_ALLOWANCE > needed:
            yield TopicProblem(
                weight=ProblemLevel.WARNING,
                check=TopicAspect.MESSAGE_SIZE,
                topic=topic.name,
                what=f"{_SIZE} is {found}: a dead letter of a record so large does not fit into "
                f"the {needed} of output_max_bytes",
                why="of such a record a dead letter keeps the beginning, the length and the hash",
                remedy=f"where that is too little, raise output_max_bytes to "
                f"{found + HEADER_ALLOWANCE}, and {_SIZE} of all topics but inputs and ticks",
                commands=(),
            )
