"""What is sent again of what receivers refused: each finding as it stands now, once a sink."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from streams.core.findings import Finding
from streams.delivery.dead_letters import headers
from streams.operate.dead_letters.delivery_letter import is_mark, read_delivery_letter
from streams.operate.dead_letters.delivery_plan import DeliveryPlan
from streams.operate.dead_letters.kept import KeptIn, KeptRecord
from streams.operate.dead_letters.reading import read_record
from streams.operate.dead_letters.selection import Listing, Selection
from streams.operate.record_place import RecordPlace
from streams.settings import Settings
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.wire.findings import encode_finding
from tests.siem.lives import finding_life
from tests.transport.records import One

NAMES = Settings().topics
LIFE = finding_life()
KEPT_ON = NAMES.delivery_dead_letters
MEANT = Selection(kept_in=frozenset({KeptIn.DELIVERY}), reason="400")


def configured(*, takes: str = "updates", removes: bool = False) -> Any:
    return SimpleNamespace(takes=takes, options=SimpleNamespace(removes=removes))


SINKS = {"log": configured(), "index": configured(removes=True), "page": configured(takes="alerts")}


def record(finding: Finding | None, offset: int) -> One:
    """On the topic of findings; None: a tombstone."""
    value = None if finding is None else encode_finding(finding)
    return One(NAMES.violations, 0, offset, 5, LIFE[0].violation_id.encode(), value)


def letter(source: One, sink: str, offset: int, reason: str = "400 Bad Request") -> KeptRecord:
    """What the deliverer keeps of a record."""
    given = headers(sink, source, reason)
    kept = One(KEPT_ON, 1, offset, 6, source.key, source.value, tuple(given))
    return read_record(kept, KeptIn.DELIVERY)


def mark(of: KeptRecord) -> KeptRecord:
    """What a replay keeps."""
    written = (
        ("__connect.errors.connector.name", of.code.encode()),
        ("consentry-replayed", of.place.reference.encode()),
    )
    return read_delivery_letter(One(KEPT_ON, 0, 99, 7, None, None, written))


def planned(letters: list[KeptRecord], topic: list[One]) -> DeliveryPlan:
    plan = DeliveryPlan(MEANT, cast("Any", SINKS), NAMES)
    plan.take(letters)
    plan.settle()
    for one in topic:
        plan.see(one)
    return plan


def sent(plan: DeliveryPlan, sink: str) -> list[tuple[str | None, int]]:
    """By uid, and how many letters each answers."""
    loads = list(plan.loads(sink, None))
    return [(None if one.load is None else one.load.uid, len(one.letters)) for one in loads]


def test_a_letter_says_where_its_record_stood_and_whose_it_is() -> None:
    one = letter(record(LIFE[0], 4), "log", 3)
    assert (one.code, one.reason) == ("log", "400 Bad Request")
    assert one.origin is not None
    assert one.origin.short == f"{NAMES.violations}-0-4"
    assert one.original.headers == ()
    assert not is_mark(one)


def test_the_last_revision_goes_out_and_not_the_one_that_was_refused() -> None:
    stood = [record(one, at) for at, one in enumerate(LIFE)]
    plan = planned([letter(stood[0], "log", 1), letter(stood[1], "log", 2)], stood)
    last = f"{LIFE[-1].violation_id}:{LIFE[-1].revision}"
    assert sent(plan, "log") == [(last, 2)]
    assert plan.counts() == {"log": 1}


def test_what_the_topic_has_no_more_is_not_sent_since_its_person_has_left() -> None:
    """Compaction takes tombstones away in the end, and a letter may outlive them."""
    plan = planned([letter(record(LIFE[0], 4), "log", 1)], [])
    assert sent(plan, "log") == []
    [one] = plan.not_sent
    assert "its person has left" in one.why


@pytest.mark.parametrize(("sink", "load"), [("log", type(None)), ("index", Removal)])
def test_who_has_left_is_deleted_where_the_receiver_can(sink: str, load: type) -> None:
    stood = [record(LIFE[0], 0), record(None, 9)]
    [one] = planned([letter(stood[0], sink, 1)], stood).loads(sink, None)
    assert isinstance(one.load, load)


def test_what_was_taken_by_an_earlier_run_is_left_out_for_that_sink_alone() -> None:
    source = record(LIFE[0], 0)
    first, other = letter(source, "log", 1), letter(source, "index", 2)
    plan = planned([first, other, mark(first)], [source])
    assert (plan.before, plan.counts()) == (1, {"index": 1})
    listing = Listing(10)
    listing.take([mark(first), first, other], MEANT)
    assert sum(listing.counts.values()) == 2
    assert (listing.marks, listing.replayed) == (1, {first.place.reference})


def test_what_cannot_be_sent_is_named_with_the_reason() -> None:
    source = record(LIFE[0], 0)
    bad = One(NAMES.violations, 0, 3, 5, b"k", b"jan@example.nl")
    alert = One(KEPT_ON, 1, 4, 6, b"g", b"{}", (
        ("__connect.errors.connector.name", b"page"),
        ("__connect.errors.exception.message", b"400"),
    ))  # fmt: skip
    letters = [letter(source, "gone", 1), letter(bad, "log", 2), read_delivery_letter(alert)]
    plan = planned(letters, [bad])
    assert list(plan.loads("log", None)) == []
    why = [one.why for one in plan.not_sent]
    assert why[0] == "there is no sink gone in the settings file"
    assert "it is an alert" in why[1]
    assert "no finding or duty" in why[2]
    assert "jan@example.nl" not in str(why)


def test_a_letter_that_is_not_kept_is_named() -> None:
    source, nothing = record(LIFE[0], 0), RecordPlace(KEPT_ON, 1, 99)
    one = letter(source, "log", 1)
    places = frozenset({one.place, nothing})
    meant = Selection(kept_in=frozenset({KeptIn.DELIVERY}), places=places)
    plan = DeliveryPlan(meant, cast("Any", SINKS), NAMES)
    plan.take([one])
    assert len(plan.settle()) == 1
    assert [left.place for left in plan.not_sent] == [nothing]


def test_the_latest_of_a_sink_is_an_update_of_the_finding() -> None:
    stood = record(LIFE[2], 7)
    [one] = planned([letter(stood, "log", 1)], [stood]).loads("log", None)
    assert isinstance(one.load, FindingUpdate)
    assert (one.load.record.status, one.load.offset) == (LIFE[2].status, 7)
