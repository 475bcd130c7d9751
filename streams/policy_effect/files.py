"""A policy on trial on the facts of files, beside another policy: no Kafka is needed."""

from __future__ import annotations

from streams.check.gather import by_subject, gather
from streams.check.gathered import Gathered, nothing_gathered
from streams.check.memory import MemoryBound
from streams.core.instants import Instant
from streams.core.policy import Policy
from streams.core.state import EventRow
from streams.files.find import InputFiles
from streams.files.read import read_pieces
from streams.files.records import Advance
from streams.policy_effect.effect import Effect
from streams.policy_effect.standing import given
from streams.verify.batch import evaluate


def try_on_files(
    inputs: InputFiles,
    policy: Policy,
    against: Policy,
    clock: Instant | None,
    *,
    limit: int | None = None,
    advance: Advance | None = None,
    memory: int | None = None,
) -> tuple[Effect, Gathered]:
    """Judge the facts under both policies; also what was read, for what could not be.

    In so many bytes of memory (None: any number). Raises ConsentryError where the events of one
    person need more.
    """
    effect = Effect() if limit is None else Effect(limit=limit)
    room = MemoryBound(memory)
    gathered = nothing_gathered(inputs.names, room)
    gather(read_pieces(inputs.files, advance), against, clock, gathered)
    for identity, known, _ in by_subject(gathered, against, clock, room):
        facts = {(type(one.event), one.event.event_id, one.hash): one for one in known}
        if not facts:
            continue
        rows = [EventRow(fact=fact, policy_digest="") for fact in facts.values()]
        before, after = (given(evaluate(*identity, rows, one, clock)) for one in (against, policy))
        effect.add(before, after, len(rows))
    return effect, gathered
