"""Does everything fit that the worker must write?"""

from __future__ import annotations

from collections.abc import Iterator

from streams.settings import Settings
from streams.settings.topics import HEADER_ALLOWANCE
from streams.topics.catalogue import Kind, all_topics
from streams.topics.cluster import ClusterState
from streams.topics.commands import configure_command
from streams.topics.problems import Check, Problem, Weight

_SIZE = "max.message.bytes"


def size_problems(settings: Settings, state: ClusterState) -> Iterator[Problem]:
    """What a worker writes about a record must fit wherever the record fitted."""
    known = {
        topic.name: int(state.topics[topic.name].config[_SIZE])
        for topic in all_topics(settings)
        if topic.name in state.topics and _SIZE in state.topics[topic.name].config
    }
    inputs = [known[name] for name in settings.topics.inputs.values() if name in known]
    if not inputs:
        return
    needed = max(inputs) + HEADER_ALLOWANCE
    for topic in all_topics(settings):
        found = known.get(topic.name)
        if topic.kind in (Kind.INPUT, Kind.TICKS) or found is None or found >= needed:
            continue
        wanted = max(needed, settings.output_max_bytes)
        yield Problem(
            weight=Weight.ERROR,
            check=Check.MESSAGE_SIZE,
            topic=topic.name,
            what=f"{_SIZE} is {found}, less than the {needed} that the largest input and its "
            "headers take",
            why="the worker would stop at the first large record, and again after each start",
            mend="raise it:",
            commands=(
                configure_command(topic.name, settings.connection.bootstrap, {_SIZE: str(wanted)}),
            ),
        )
