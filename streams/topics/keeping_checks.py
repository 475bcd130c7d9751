"""Is what stands on a topic kept, and gone, when it should be?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from streams.topics.cluster import TopicState
from streams.topics.commands import configure_command
from streams.topics.foreign import remedy
from streams.topics.keeping import span
from streams.topics.problems import ProblemLevel, TopicAspect, TopicProblem
from streams.topics.topic import Topic, TopicKind

_PERSONAL: Final = frozenset(
    {TopicKind.DEAD_LETTERS, TopicKind.REJECTS, TopicKind.INGEST_REPLAY, TopicKind.RAW}
)
"""What must be gone in time."""

_LAG: Final = "max.compaction.lag.ms"
_REMOVALS: Final = "delete.retention.ms"


def cleanup_problems(topic: Topic, state: TopicState, bootstrap: str) -> Iterator[TopicProblem]:
    """Compaction where the latest of a key is wanted, and nowhere else."""
    wanted = topic.config["cleanup.policy"]
    found = state.config.get("cleanup.policy", "")
    if set(found.split(",")) == {wanted}:
        return
    if wanted == "compact":
        why = (
            "state or open findings that are older than the retention would be deleted"
            if "delete" in found
            else "old revisions would pile up"
        )
    elif topic.kind in _PERSONAL:
        why = "records with personal data would stay beyond their retention"
    else:
        why = (
            "compaction keeps one record of a key, and the key of an event is the person: "
            "consent history would be lost before it is judged"
        )
    yield TopicProblem(
        weight=ProblemLevel.ERROR,
        check=TopicAspect.CLEANUP,
        topic=topic.name,
        what=f"cleanup.policy is {found or 'unknown'}, and must be {wanted}",
        why=why,
        remedy=remedy(topic, "change the setting (what is lost already does not come back):"),
        commands=(configure_command(topic.name, bootstrap, {"cleanup.policy": wanted}),),
    )


def retention_problems(topic: Topic, state: TopicState, bootstrap: str) -> Iterator[TopicProblem]:
    """Long enough for events, short enough for personal data."""
    if topic.config["cleanup.policy"] != "delete":
        return
    wanted = int(topic.config["retention.ms"])
    found = int(state.config.get("retention.ms", -1))
    change = "change the setting:"
    commands = (configure_command(topic.name, bootstrap, {"retention.ms": str(wanted)}),)
    if topic.kind in _PERSONAL:
        if not 0 <= found <= wanted:
            yield TopicProblem(
                weight=ProblemLevel.ERROR,
                check=TopicAspect.RETENTION,
                topic=topic.name,
                what=f"records stay {span(found)}, and the settings allow {span(wanted)}",
                why="they may hold personal data that nobody needs any more",
                remedy=change,
                commands=commands,
            )
        elif _segment(state) > wanted:
            segment = topic.config["segment.ms"]
            yield TopicProblem(
                weight=ProblemLevel.WARNING,
                check=TopicAspect.RETENTION,
                topic=topic.name,
                what=f"segments stay open for {span(_segment(state))} (segment.ms), longer than "
                f"the retention of {span(wanted)}",
                why="Kafka deletes closed segments only, so records may stay for both together",
                remedy=change,
                commands=(configure_command(topic.name, bootstrap, {"segment.ms": segment}),),
            )
    elif 0 <= found < wanted:
        yield TopicProblem(
            weight=ProblemLevel.WARNING,
            check=TopicAspect.RETENTION,
            topic=topic.name,
            what=f"records stay {span(found)}, shorter than the {span(wanted)} of the settings",
            why="a worker that stands still for longer loses input, and then refuses to go on",
            remedy=change,
            commands=commands,
        )
    size = int(state.config.get("retention.bytes", -1))
    if size >= 0 and topic.kind is not TopicKind.TICKS:
        yield TopicProblem(
            weight=ProblemLevel.WARNING,
            check=TopicAspect.RETENTION,
            topic=topic.name,
            what=f"records are deleted beyond {size} bytes per partition (retention.bytes)",
            why="a burst may push out records before anybody read them",
            remedy=change,
            commands=(configure_command(topic.name, bootstrap, {"retention.bytes": "-1"}),),
        )


def compaction_problems(topic: Topic, state: TopicState, bootstrap: str) -> Iterator[TopicProblem]:
    """Gone in time once they are replaced: records of persons who left or were erased."""
    found = state.config.get(_LAG)
    if _above(topic, found, _LAG) > 0:
        what = f"records that are replaced may stay for ever ({_LAG} is {found})"
        why = "they may be of a person who was erased, or has left"
        yield _compacted_wrongly(topic, bootstrap, _LAG, what, why)


def removal_problems(topic: Topic, state: TopicState, bootstrap: str) -> Iterator[TopicProblem]:
    """Known for as long as receivers of findings may be away."""
    found = state.config.get(_REMOVALS)
    if found is not None and _above(topic, found, _REMOVALS) < 0:
        what = f"that a record was removed stays known for {span(int(found))} ({_REMOVALS})"
        why = "a receiver that is away for longer keeps what it has of a person who was erased"
        yield _compacted_wrongly(topic, bootstrap, _REMOVALS, what, why)


def _above(topic: Topic, found: str | None, name: str) -> int:
    """By how much a setting is above what is wanted; 0 where nothing is, or it is not known."""
    wanted = topic.config.get(name)
    return 0 if wanted is None or found is None else int(found) - int(wanted)


def _compacted_wrongly(
    topic: Topic, bootstrap: str, name: str, what: str, why: str
) -> TopicProblem:
    return TopicProblem(
        weight=ProblemLevel.WARNING,
        check=TopicAspect.CLEANUP,
        topic=topic.name,
        what=what,
        why=why,
        remedy="change the setting:",
        commands=(configure_command(topic.name, bootstrap, {name: topic.config[name]}),),
    )


def timestamp_problems(topic: Topic, state: TopicState, bootstrap: str) -> Iterator[TopicProblem]:
    """Retention and the clock go by record time stamps: whose are they?"""
    if topic.config["message.timestamp.type"] != "LogAppendTime":
        return
    if state.config.get("message.timestamp.type") == "LogAppendTime":
        return
    commands = (
        configure_command(topic.name, bootstrap, {"message.timestamp.type": "LogAppendTime"}),
    )
    what = "record time stamps come from the producers (message.timestamp.type is CreateTime)"
    if topic.kind is TopicKind.TICKS:
        weight = ProblemLevel.ERROR
        why = "deadlines would pass by the clocks of many machines, one wrong clock included"
    elif topic.config["cleanup.policy"] == "delete" and (
        int(state.config.get("retention.ms", -1)) >= 0
    ):
        weight = ProblemLevel.ERROR
        what += f", and Kafka deletes by them after {span(int(state.config['retention.ms']))}"
        why = (
            "danger: a record that is stamped years ago, as an imported consent would be, is "
            "deleted as soon as it arrives"
        )
    else:
        weight = ProblemLevel.WARNING
        why = "the time at which a record arrived is then what its producer says"
    yield TopicProblem(
        weight=weight,
        check=TopicAspect.TIMESTAMPS,
        topic=topic.name,
        what=what,
        why=why,
        remedy=remedy(
            topic, "let the broker set them (records that stand there already keep theirs):"
        ),
        commands=commands,
    )


def _segment(state: TopicState) -> int:
    return int(state.config.get("segment.ms", 0))
