"""What a worker assumes is counted once for each event, by field, system and recipient (4.9)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from msgspec.structs import replace

from streams.core.assumptions import Assumption
from streams.core.events import ConsentChange, Event
from streams.core.identifiers import RecipientId
from streams.core.instants import Instant, days
from streams.core.policy import Policy, RecipientEntry, Registers, fixed_policy
from streams.measures.assumption_counts import (
    MAX_PLACES,
    MAX_SYSTEMS,
    OTHER,
    AssumptionCounts,
)
from tests.agents.world import World
from tests.kafka.stories import RECIPIENT, START, grant, share

COUNTRY = "recipient_country"


def counted(world: World) -> Counter[Assumption]:
    """Of what was taken last, those about the country of a recipient."""
    total = AssumptionCounts()
    for batch in world.judged:
        total.add(batch.stats.assumptions)
    return Counter({one: n for one, n in total.events.items() if one.field == COUNTRY})


def registered(**known: Any) -> Policy:
    entry = RecipientEntry(recipient_id=RECIPIENT, **known)
    return fixed_policy(registers=Registers(recipients=(entry,)))


def shared(number: int, **fields: Any) -> Event:
    return replace(share("s", str(number), START), source_system="crm", **fields)


def test_once_for_each_event_however_often_it_comes_and_is_judged() -> None:
    world = World(policy=registered())
    late = grant("s", "late", Instant(START - 1))
    world.take(*world.story(shared(1), shared(1), shared(2)))
    assert counted(world) == {Assumption(COUNTRY, "crm", RECIPIENT): 2}
    world.take(*world.story(late, shared(1)))
    revisions = [one.revision for one in world.findings() if one.event_id == "1"]
    assert max(revisions) == 2, "or it was judged once"
    assert counted(world) == {}


def test_what_the_register_states_is_not_assumed() -> None:
    world = World(policy=registered(country="NL"))
    world.take(*world.story(shared(1)))
    assert counted(world) == {}


def test_recipients_that_the_register_does_not_list_are_not_named() -> None:
    world = World(policy=registered())
    elsewhere = shared(2, recipient_id=RecipientId("p1-somebody"))
    world.take(*world.story(shared(1), elsewhere))
    assert counted(world) == {
        Assumption(COUNTRY, "crm", RECIPIENT): 1,
        Assumption(COUNTRY, "crm", OTHER): 1,
    }


def test_a_payload_that_does_not_count_and_an_event_that_is_not_assessed_make_none() -> None:
    world = World(policy=registered())
    early = Instant(START - days(1))
    holder, challenger = shared(1, recorded_at=early), shared(1, recorded_at=START)
    world.take(*world.story(holder, challenger))
    assert counted(world).total() == 1
    world = World(policy=Policy(assess_from=Instant(START + 1)))
    world.take(*world.story(shared(1)))
    assert counted(world) == {}


def test_words_that_no_rule_reads_are_counted_as_notes() -> None:
    world = World()
    event = grant("s", "1", START)
    assert isinstance(event, ConsentChange)
    world.take(*world.story(replace(event, actor="ROBOT")))
    [batch] = world.judged
    notes = [one for one in batch.stats.assumptions.events if one.note]
    assert notes == [Assumption("actor", note=True)]


def test_names_beyond_the_bounds_are_counted_together() -> None:
    counts = AssumptionCounts()
    for number in range(MAX_SYSTEMS + 5):
        counts.count(Assumption(COUNTRY, f"system-{number}", "ACME"))
    assert counts.events[Assumption(COUNTRY, OTHER, "ACME")] == 5
    for number in range(2 * MAX_PLACES):
        counts.count(Assumption(COUNTRY, "system-0", f"recipient-{number}"))
    assert len(counts.events) <= MAX_PLACES + 1
    assert counts.events.total() == MAX_SYSTEMS + 5 + 2 * MAX_PLACES
    assert counts.events[Assumption(COUNTRY, OTHER, OTHER)] > MAX_PLACES / 2
    twice = AssumptionCounts()
    twice.add(counts)
    twice.add(counts)
    assert twice.events == Counter({one: 2 * n for one, n in counts.events.items()})
