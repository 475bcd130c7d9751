"""A key can leak what the value hides: it is kept out of every topic but quarantine."""

from __future__ import annotations

import pytest

from streams.core.identifiers import subject_key
from streams.wire.dead_letters import decode_dead_letter
from tests.agents.world import NAMES, World
from tests.kafka.stories import CONTROLLER, START, share

RAW = [b"jan.jansen@example.org", b"0612345678", b"+31 6 12345678", b"123456782", b"1234AB 12",
       "jan@example.org".encode("utf-16-le"), b"SHOP\x1fjan@example.org"]  # fmt: skip
PLAIN = [b"order-123456789", b"2026-11-24", b"123456789", b"\xff\xfe", b"", None, b"k" * 2000]


def everywhere_else(world: World) -> list[bytes | None]:
    """Keys and values of all that was written, quarantine left aside."""
    outputs = [o for b in world.kept.batches for o in b.outputs if o.topic != NAMES.quarantine]
    return [part for o in outputs for part in (o.key, o.value, *(v for _, v in o.headers))]


@pytest.mark.parametrize("key", RAW)
def test_an_event_under_a_raw_key_is_quarantined_and_neither_sent_home_nor_judged(
    key: bytes,
) -> None:
    world = World()
    world.take(world.record(share("s", "1", START), key=key))
    [letter] = world.outputs(NAMES.quarantine)
    stored = decode_dead_letter(letter.value or b"")
    assert stored.original.key == key
    assert "the key of the record holds" in stored.letter.reason
    assert world.codes() == ["RAW_PERSONAL_DATA_IN_EVENT"]
    assert (world.count().dead_lettered, world.count().rekeyed) == (1, 0)
    assert not any(key in part for part in everywhere_else(world) if part)


@pytest.mark.parametrize("value", [None, b"{", b"\x00\x00", b'{"event_type": "x"}'])
def test_a_bad_record_under_a_raw_key_is_quarantined_too(value: bytes | None) -> None:
    world = World()
    world.take(world.record(None, key=RAW[0], value=value))
    assert len(world.outputs(NAMES.quarantine)) == 1
    assert world.outputs(NAMES.dead_letters) == []
    assert not any(RAW[0] in part for part in everywhere_else(world) if part)


def test_a_rekeyed_record_under_a_raw_key_is_quarantined_too() -> None:
    world = World()
    headers = [(f"consentry-{n}", b"1") for n in ("topic", "partition", "offset", "timestamp")]
    world.take(
        world.record(share("s", "1", START), NAMES.rekeyed, key=RAW[0]),
        world.record(share("s", "2", START), NAMES.rekeyed, key=RAW[0], headers=tuple(headers)),
    )
    assert len(world.outputs(NAMES.quarantine)) == 2
    assert world.outputs(NAMES.dead_letters) == []


@pytest.mark.parametrize("key", PLAIN)
def test_any_other_wrong_key_is_sent_home(key: bytes | None) -> None:
    world = World()
    world.take(world.record(share("s", "1", START), key=key))
    assert (world.count().dead_lettered, world.count().rekeyed) == (0, 1)


def test_the_subjects_own_key_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The value was: it holds the same subject id. Every event would pay for it."""
    looked: list[bytes | None] = []
    monkeypatch.setattr("streams.wire.arrival.guard_key", looked.append)
    world = World()
    key = subject_key(CONTROLLER, "s")
    world.take(world.record(share("s", "1", START)), world.record(share("s", "2", START), key=key))
    assert looked == []
    assert world.count().judged == 2
