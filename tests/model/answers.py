"""What must be true of commands: each behind the committed offset is answered once, and done.

Effect, position and answer are one transaction, so who sees the answer sees all of it.
"""

from __future__ import annotations

from streams.core.erase import erasure
from streams.core.identifiers import EventId, SubjectKey, parse_subject_key
from streams.core.instants import Instant
from streams.core.restriction import restricted_since
from streams.wire.arrival import partition_for
from streams.wire.encode import event_to_json
from streams.wire.rows import ages, decode_any, event_of, subject_of
from tests.model.commanding import ERASE, REBUILD, RESTRICT, UNRESTRICT, Ordered
from tests.model.committed import Reader
from tests.model.traffic import Sent
from tests.model.world import World


def check_answers(world: World, reader: Reader, number: int) -> None:
    """Of the commands of a partition number, by what is committed now."""
    progress = reader.progress[number]
    ordered = behind(world, reader, number)
    answers = reader.answers[number]
    assert [one.offset for one in answers] == [one.record.offset for one in ordered], (
        "commands and answers differ"
    )
    for one, answer in zip(ordered, answers, strict=True):
        assert one.obeyed in (None, answer.done), f"answered wrong: {answer}"
    for one, answer in list(zip(ordered, answers, strict=True))[reader.answered[number] :]:
        if one.obeyed and one.kind == REBUILD:
            _rebuilt(world, reader, number, one)
        elif one.kind in (RESTRICT, UNRESTRICT):
            _restricts(reader, number, one, done=answer.done)
        elif one.obeyed and one.kind == ERASE and one.key is not None:
            reader.counted[one.key] += answer.counts["facts"] + answer.counts["refused_ids"]
    reader.answered[number] = len(ordered)
    if progress.command is None:  # or one more erasure is half done
        for key, last in erasures(world, reader, number).items():
            _erased(reader, key, last)
    for key, since in reader.restricted.items():
        if partition_for(key, world.partitions) == number:
            _marked(reader, key, since)


def erasures(world: World, reader: Reader, number: int) -> dict[SubjectKey, Ordered]:
    """The last erasure of each person of a partition number that was carried out."""
    before = {
        key: one
        for key, one in world.carried.erased.items()
        if partition_for(key, world.partitions) == number
    }
    return before | {
        one.key: one
        for one in behind(world, reader, number)
        if one.key is not None and one.obeyed and one.kind == ERASE
    }


def behind(world: World, reader: Reader, number: int) -> list[Ordered]:
    """The commands of a partition number that this installation has read."""
    topic = world.names.commands
    first = reader.first[number].get(topic, 0)
    through = reader.progress[number].positions[topic]
    return [one for one in world.ordered[number] if first <= one.record.offset < through]


def all_erasures(world: World, reader: Reader) -> dict[SubjectKey, Ordered]:
    """Those of all partition numbers."""
    found: dict[SubjectKey, Ordered] = {}
    for number in range(world.partitions):
        if number in reader.progress:
            found |= erasures(world, reader, number)
    return found


def what_stays(key: SubjectKey, one: Ordered) -> Sent:
    """The fact that stays of a person who was erased, as if it had been sent."""
    identity = parse_subject_key(key)
    assert identity is not None
    name = EventId(f"erasure-{(one.record.key or b'').decode()}")
    event = erasure(*identity, name, one.at)
    return Sent(one.record._replace(value=event_to_json(event)), event)


def _erased(reader: Reader, key: SubjectKey, one: Ordered) -> None:
    """Nothing of before is left of a person, but the row that says so."""
    assert reader.taken_away[key] == reader.counted[key], "answers count other rows than went"
    stays = what_stays(key, one).event
    assert stays is not None
    for row, value in reader.rows.items():
        if value is None or subject_of(row) != key:
            continue
        occurred_at, _ = ages(value, row)
        assert occurred_at > one.at or event_of(row) == stays.event_id, "a fact was not erased"
    for known in reader.findings.values():
        at = known.occurred_at
        if known.subject_id == stays.subject_id and at is not None:
            assert at > one.at or known.event_id == stays.event_id, "a finding was not erased"


def _restricts(reader: Reader, number: int, one: Ordered, *, done: bool) -> None:
    """Note since when a person is restricted; only of whom nothing was stored it is refused."""
    assert one.key is not None
    if one.kind == UNRESTRICT:
        reader.restricted[one.key] = None
    elif done:
        assert one.key in reader.stored, "restricted, and nothing is stored"
        reader.restricted[one.key] = reader.restricted.get(one.key) or one.at
    else:
        stored = reader.stored.get(one.key)
        before = _before(reader, number, one.record.offset)
        assert stored is None or stored > before, "not restricted, and something is stored"


def _marked(reader: Reader, key: SubjectKey, since: Instant | None) -> None:
    """The rows of a person say since when processing is restricted, or that it is not."""
    rows = [
        decode_any(value, row)
        for row, value in reader.rows.items()
        if value is not None and subject_of(row) == key
    ]
    assert restricted_since(rows) == since, "restricted otherwise than was asked"


def _rebuilt(world: World, reader: Reader, number: int, one: Ordered) -> None:
    """All that stood was published again since the command before it."""
    offset = one.record.offset
    earlier = [a.record.offset for a in world.ordered[number] if a.record.offset < offset]
    before = _before(reader, number, offset)
    since = _before(reader, number, max(earlier)) if earlier else 0
    identity = None if one.key is None else parse_subject_key(one.key)
    for (home, name), batch in reader.published_in.items():
        known = reader.findings.get(name) or reader.duties.get(name)
        if home != number or known is None or batch > before:
            continue
        if identity is None or known.subject_id == identity[1]:
            again = reader.restated_in.get((number, name), 0)
            assert again > since, "not all was published again"


def _before(reader: Reader, number: int, offset: int) -> int:
    """The last batch before the transaction in which a command was begun."""
    return next(batch for begun, batch in reader.begun[number] if begun > offset)
