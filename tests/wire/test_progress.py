"""The progress row: a stored format, its bytes held fast."""

from __future__ import annotations

import msgspec
import pytest

from streams.core.identifiers import EventKey
from streams.core.instants import Instant
from streams.wire.commands import Ongoing
from streams.wire.imports import Import
from streams.wire.progress import (
    CorruptProgress,
    Counters,
    Gap,
    Paused,
    Progress,
    Skip,
    StateOwner,
    Unfinished,
    Window,
    decode_progress,
    encode_progress,
)
from streams.wire.sweeps import Basis, Sweep

PROGRESS = Progress(
    positions={"purchase": 7},
    counters={
        "purchase": Counters(
            read=10, judged=4, duplicates=2, rekeyed=1, dead_lettered=2, not_assessed=1
        )
    },
    partition_time=Instant(1_790_000_000_000),
    judged_until=Instant(1_780_000_000_000),
    policy_digest="0123456789abcdef",
    recent_read=9,
    recent_dead=2,
    gaps=(Gap("purchase", 3, 5),),
    sequence=4,
    left_before=Instant(1_600_000_000_000),
    partitions=12,
    retention_at=Instant(1_500_000_000_000),
    retention_from=b"\x01\xff",
    arrived_before=Instant(1_700_000_000_000),
    ticking_since=Instant(1_750_000_000_000),
    subjects_left=3,
    skips=(Skip("purchase", 8, "a bug", "operator", Instant(1_760_000_000_000)),),
    owner=StateOwner("shop", "acc.", 2, {"purchase": "acc.purchase"}),
    topic_ids={"acc.purchase": "id"},
    begins={"acc.purchase": 3},
    unfinished=Unfinished("purchase", 7, b"\x02", Instant(5), EventKey("e"), through=True),
    leaving=b"k\x1fs",
    windows={"purchase": Window(3, 1)},
    paused={"purchase": Paused(7, 10, 6, Instant(1))},
    refusals_from={"purchase": 4},
    basis=Basis("2", 3, "v1"),
    sweep=Sweep("POLICY_CHANGED", Instant(8), b"\x80", 5, 6, 7, through=True),
    imported=Import("d", b"k", through=True, ends={"purchase": (7, 0)}),
    command=Ongoing(3, b"\x01", b"\x02", {"facts": 4}, ("ACME",)),
)
SKIPS = "9195a8707572636861736508a56120627567a86f70657261746f72cf00000199c82cc000"
OWNED = (
    "94a473686f70a46163632e0281a87075726368617365ac6163632e7075726368617365"
    "81ac6163632e7075726368617365a26964"
    "81ac6163632e707572636861736503"
)
PIECES = "96a8707572636861736507c4010205a165c3"
LEAVING = "c4036b1f73"
WITHOUT_RETRACTIONS = "03c40101c4010281a566616374730491a441434d45"
COMMANDED = "96" + WITHOUT_RETRACTIONS + "00"
BROUGHT = "94a164c4016bc381a87075726368617365920700" + COMMANDED
SWEPT = "93a13203a2763197ae504f4c4943595f4348414e47454408c40180050607c3" + BROUGHT
FROM = "81a8707572636861736504" + SWEPT
PAUSED = "81a87075726368617365920301" + "81a8707572636861736594070a0601"
GOLDEN = (
    "01dc001d81a8707572636861736507"
    "81a87075726368617365980a04020001000201"
    "cf000001a0c4506c00cf000001"
    "9e70448800b030313233343536373839616263646566"
    "0902"
    "9193a870757263686173650305"
    "04cf00000174876e80000c"
    "cf0000015d3ef79800c40201ff"
    "cf0000018bcfe56800cf000001977420dc0003" + SKIPS + OWNED + PIECES + LEAVING + PAUSED + FROM
)
BEFORE_RETRACTIONS = GOLDEN[: -len(COMMANDED)] + "95" + WITHOUT_RETRACTIONS
BEFORE_COMMANDS = "01dc001c" + GOLDEN[8 : -len(COMMANDED)]
BEFORE_ENDS = GOLDEN[: -len(BROUGHT)] + "93a164c4016bc3" + COMMANDED
BEFORE_IMPORTS = "01dc001b" + GOLDEN[8 : -len(BROUGHT)]
BEFORE_SWEEPS = "01dc0019" + GOLDEN[8 : -len(SWEPT)]
BEFORE_REFUSALS = "01dc0018" + GOLDEN[8 : -len(FROM)]
PAUSED += FROM
BEFORE_PAUSES = "01dc0016" + GOLDEN[8 : -len(PAUSED)]
BEFORE_LEAVING_IN_PIECES = "01dc0015" + GOLDEN[8 : -len(LEAVING + PAUSED)]
BEFORE_PIECES = "01dc0014" + GOLDEN[8 : -len(PIECES + LEAVING + PAUSED)]
BEFORE_OWNERS_WERE_NAMED = "01dc0011" + GOLDEN[8 : -len(OWNED + PIECES + LEAVING + PAUSED)]
BEFORE_SKIPS = "01dc0010" + GOLDEN[8 : -len(SKIPS + OWNED + PIECES + LEAVING + PAUSED)]
BEFORE_ARRIVALS_COUNTED = (
    "019d81a8707572636861736507"
    "81a870757263686173659709040200010002"
    "cf000001a0c4506c00cf000001"
    "9e70448800b030313233343536373839616263646566"
    "0902"
    "9193a870757263686173650305"
    "04cf00000174876e80000c"
    "cf0000015d3ef79800c40201ff"
)
SWEEP = "cf0000015d3ef79800c40201ff"
OLD = BEFORE_ARRIVALS_COUNTED
BEFORE_SUBJECTS_LEFT = "019b" + OLD[4 : -len(SWEEP)]
BEFORE_BATCHES_WERE_COUNTED = "0198" + OLD[4 : -len("04cf00000174876e80000c" + SWEEP)]


def test_the_bytes_are_those_that_were_held_fast() -> None:
    assert encode_progress(PROGRESS).hex() == GOLDEN
    assert decode_progress(bytes.fromhex(GOLDEN)) == PROGRESS


def test_a_row_without_the_later_fields_is_read() -> None:
    assert decode_progress(bytes.fromhex(BEFORE_RETRACTIONS)) == PROGRESS
    endless = msgspec.structs.replace(PROGRESS, imported=Import("d", b"k", through=True))
    assert decode_progress(bytes.fromhex(BEFORE_ENDS)) == endless
    free = msgspec.structs.replace(PROGRESS, command=None)
    assert decode_progress(bytes.fromhex(BEFORE_COMMANDS)) == free
    replayed = msgspec.structs.replace(free, imported=None)
    assert decode_progress(bytes.fromhex(BEFORE_IMPORTS)) == replayed
    resting = msgspec.structs.replace(replayed, basis=Basis(), sweep=None)
    assert decode_progress(bytes.fromhex(BEFORE_SWEEPS)) == resting
    unrefused = msgspec.structs.replace(resting, refusals_from=None)
    assert decode_progress(bytes.fromhex(BEFORE_REFUSALS)) == unrefused
    going = msgspec.structs.replace(unrefused, windows={}, paused={})
    assert decode_progress(bytes.fromhex(BEFORE_PAUSES)) == going
    at_once = msgspec.structs.replace(going, leaving=b"")
    assert decode_progress(bytes.fromhex(BEFORE_LEAVING_IN_PIECES)) == at_once
    whole = msgspec.structs.replace(at_once, unfinished=None)
    assert decode_progress(bytes.fromhex(BEFORE_PIECES)) == whole
    nameless = msgspec.structs.replace(whole, owner=None, topic_ids={}, begins={})
    assert decode_progress(bytes.fromhex(BEFORE_OWNERS_WERE_NAMED)) == nameless
    early = Counters(read=9, judged=4, duplicates=2, rekeyed=1, dead_lettered=2)
    old = msgspec.structs.replace(
        nameless,
        counters={"purchase": early},
        arrived_before=None,
        ticking_since=None,
        subjects_left=0,
        skips=(),
    )
    assert early.balanced
    unskipped = msgspec.structs.replace(nameless, skips=())
    assert decode_progress(bytes.fromhex(BEFORE_SKIPS)) == unskipped
    assert decode_progress(bytes.fromhex(BEFORE_ARRIVALS_COUNTED)) == old
    unvisited = msgspec.structs.replace(old, retention_at=None, retention_from=b"")
    assert decode_progress(bytes.fromhex(BEFORE_SUBJECTS_LEFT)) == unvisited
    uncounted = msgspec.structs.replace(unvisited, sequence=0, left_before=None, partitions=0)
    assert decode_progress(bytes.fromhex(BEFORE_BATCHES_WERE_COUNTED)) == uncounted


@pytest.mark.parametrize(
    "bad",
    [b"", b"\x02\x90", b"\x01", b"\x01\x90", b"\x01\x91\xa1x", b"\x01\x91\x81\xa1\xff\x01"],
)
def test_bytes_that_are_no_progress_row_are_refused(bad: bytes) -> None:
    with pytest.raises(CorruptProgress):
        decode_progress(bad)


def test_counters_balance() -> None:
    assert PROGRESS.counters["purchase"].balanced
    assert not Counters(read=2, judged=1).balanced


def test_topics_that_differ_are_named() -> None:
    progress = Progress(positions={"a": 1, "b": 2})
    assert progress.differences({"a": 1, "b": 2}) == []
    assert progress.differences({"a": 1, "b": 3, "c": 0}) == ["b", "c"]


def test_a_topic_gets_counters_when_it_is_first_counted() -> None:
    progress = Progress(positions={})
    progress.count("a").read += 1
    assert progress.counters == {"a": Counters(read=1)}
