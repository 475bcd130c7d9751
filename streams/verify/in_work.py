"""Subjects that a worker is at, whose outputs may be on their way between two cuts."""

from __future__ import annotations

from streams.core.identifiers import SubjectKey
from streams.transport.state.row_store import place_of
from streams.wire.progress import Progress
from streams.wire.rows import subject_prefix


def in_work(progress: Progress, subject: bytes) -> bool:
    """Whether a record of a subject is being judged, or the subject leaves, in pieces."""
    unfinished = progress.unfinished
    return subject == progress.leaving or (
        unfinished is not None
        and not unfinished.through
        and unfinished.row.startswith(subject_prefix(SubjectKey(subject)))
    )


def unswept(progress: Progress, subject: bytes) -> bool:
    """Whether a subject may still show what an earlier policy or release found."""
    sweep = progress.sweep
    if sweep is None or sweep.through:
        return False
    return place_of(SubjectKey(subject)) >= sweep.place
