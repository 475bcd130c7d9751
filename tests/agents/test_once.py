"""A batch writes a row, a finding or a duty once, as it stands at its end."""

from __future__ import annotations

from collections import Counter

from streams.core.vocabulary import DutyStatus
from streams.wire.findings import decode_duty, decode_finding
from streams.wire.rows import decode_row
from tests.agents.ordering import command, order
from tests.agents.world import NAMES, World
from tests.core.builders import grant, notify, share, withdraw

IMPORTED = 300


def world_with_withdrawal() -> World:
    world = World()
    world.take(*world.story(grant(-9), share(-8, id="first"), withdraw(100, id="w")))
    return world


def test_an_import_of_late_shares_publishes_a_duty_once_per_batch() -> None:
    world = world_with_withdrawal()
    batches = world.take(*world.story(*(share(n / 60, id=f"s{n:03d}") for n in range(IMPORTED))))
    published = [o for batch in batches for o in batch.outputs if o.topic == NAMES.duties]
    assert len(published) <= len(batches)
    duty = decode_duty(published[-1].value or b"")
    assert (duty.status, duty.share_count, len(duty.share_ids)) == (
        DutyStatus.DUE,
        IMPORTED + 1,
        100,
    )
    assert duty.share_ids[:2] == ("first", "s000")
    assert duty.revision == IMPORTED + 1
    for batch in batches:
        keys = Counter(output.key for output in batch.outputs if output.topic == NAMES.changelog)
        assert set(keys.values()) <= {1}
    rows = {str(decode_row(v).fact.event.event_id): decode_row(v) for v in stored(world)}
    (said,) = rows["w"].duties.values()
    assert (said.duty.share_count, said.revision) == (IMPORTED + 1, duty.revision)


def stored(world: World) -> list[bytes]:
    return list(world.compacted(NAMES.changelog).values())


def test_what_readers_act_on_is_published_beside_what_came_before() -> None:
    """DUE and FULFILLED, OPEN and RETRACTED: each is a record, also within one batch."""
    world = World()
    (batch,) = world.take(
        *world.story(
            share(1, id="s"),
            withdraw(2, id="w"),
            notify(3),
            grant(0),
        )
    )
    duties = [decode_duty(o.value or b"") for o in batch.outputs if o.topic == NAMES.duties]
    assert [duty.status.value for duty in duties] == ["DUE", "FULFILLED"]
    findings = [
        decode_finding(o.value or b"") for o in batch.outputs if o.topic == NAMES.violations
    ]
    assert [finding.status.value for finding in findings if finding.event_id == "s"] == [
        "OPEN",
        "RETRACTED",
    ]


def test_a_rebuild_never_publishes_a_revision_after_a_later_one() -> None:
    """Within one batch: a revision, the same again by the rebuild, and the next one."""
    world = world_with_withdrawal()
    (batch,) = world.take(
        *world.story(share(1, id="s1")),
        order(world, command("rebuild")),
        *world.story(share(2, id="s2")),
    )
    duties = [decode_duty(o.value or b"") for o in batch.outputs if o.topic == NAMES.duties]
    assert [duty.revision for duty in duties] == [2, 2, 3]
