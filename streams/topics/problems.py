"""What can be wrong with a topic, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProblemLevel(StrEnum):
    """ERROR: events or findings get lost, or the worker will not start. WARNING: a risk."""

    ERROR = "error"
    WARNING = "warning"


class TopicAspect(StrEnum):
    """Which check failed; for programs that read the problems."""

    MISSING = "missing"
    HIDDEN = "hidden"
    PARTITIONS = "partitions"
    CLEANUP = "cleanup"
    RETENTION = "retention"
    TIMESTAMPS = "timestamps"
    MESSAGE_SIZE = "message-size"
    REPLICATION = "replication"
    COMPRESSION = "compression"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicProblem:
    """One thing that is wrong: what, why it matters, and how to repair it.

    `commands` are lines to copy; they are empty where people have to decide first.
    """

    weight: ProblemLevel
    check: TopicAspect
    topic: str
    what: str
    why: str
    remedy: str
    commands: tuple[str, ...] = ()
