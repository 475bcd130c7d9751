"""Can what stands on a topic be unpacked here?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from streams.errors import ConsentryError
from streams.settings import Settings
from streams.topics.catalogue import all_topics
from streams.topics.cluster import ClusterState, TopicState
from streams.topics.codecs import AS_SENT, CODECS, REMEDY, unreadable_codecs
from streams.topics.commands import configure_command
from streams.topics.problems import ProblemLevel, TopicAspect, TopicProblem
from streams.topics.topic import Party, Topic, TopicKind

_TYPE = "compression.type"


def compression_problems(
    settings: Settings, state: ClusterState, unreadable: Collection[str]
) -> Iterator[TopicProblem]:
    """Topics whose batches this process could not read; `unreadable` are the codecs it lacks.

    The setting in force counts, which is the broker's default where a topic has none.
    """
    for topic in all_topics(settings):
        if topic.name in state.topics:
            yield from _of_topic(topic, state.topics[topic.name], settings, unreadable)


def require_readable(settings: Settings, state: ClusterState, *readers: Party) -> None:
    """Stop before anything is read that could not be read to its end.

    Raises ConsentryError for the first topic of these readers with a codec that this process
    lacks.
    """
    own = {topic.name for topic in all_topics(settings) if {*readers} & {*topic.readers}}
    for problem in compression_problems(settings, state, unreadable_codecs()):
        if problem.topic in own:
            raise ConsentryError(
                f"{problem.topic}: {problem.what}", problem.remedy, steps=problem.commands
            )


def _of_topic(
    topic: Topic, state: TopicState, settings: Settings, unreadable: Collection[str]
) -> Iterator[TopicProblem]:
    found = state.config.get(_TYPE, AS_SENT)
    remedy = REMEDY
    commands: tuple[str, ...] = ()
    if found == AS_SENT:
        if not unreadable or not _written_by_others(topic, settings):
            return
        listed = ", ".join(sorted(unreadable))
        what = f"producers may compress with {listed}, which this installation cannot read"
    elif found in unreadable:
        what = f"{_TYPE} is {found}, which this installation cannot read"
    elif found in CODECS.values():
        return
    else:
        what = f"{_TYPE} is {found}, which this release does not know"
        remedy = (
            "install a release that knows it, or let each producer choose among those it knows:"
        )
        commands = (configure_command(topic.name, settings.connection.bootstrap, {_TYPE: AS_SENT}),)
    yield TopicProblem(
        weight=ProblemLevel.ERROR,
        check=TopicAspect.COMPRESSION,
        topic=topic.name,
        what=what,
        why="a reader of it would stop at the first such batch, and again after each start",
        remedy=remedy,
        commands=commands,
    )


def _written_by_others(topic: Topic, settings: Settings) -> bool:
    """Our own producers write without compression; the topic may compress it."""
    return topic.kind is TopicKind.INPUT or (
        topic.kind is TopicKind.TICKS and settings.tick_source == "external"
    )
