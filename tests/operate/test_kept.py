"""What was set aside is read whatever its bytes are, and shows nothing that is personal."""

from __future__ import annotations

import msgspec
import pytest

from streams.errors import ConsentryError
from streams.ingest.outcomes import RejectedItem
from streams.ingest.rejects import RejectedRecord
from streams.operate.dead_letters.kept import UNREADABLE, KeptIn, envelope, read_dead_letter
from streams.operate.dead_letters.rejects import read_reject
from streams.operate.record_place import RecordPlace, parse_place
from streams.unpacking.cut import CutBytes
from tests.kafka.stories import START
from tests.operate.letters import NAMES, VALUE, dead_letter, kept, original, with_header
from tests.transport.records import One

ADDRESS = "jan.jansen@example.org"


def test_a_dead_letter_says_what_why_and_where() -> None:
    one = kept()
    assert (one.code, one.reason, one.field) == (
        "UNPROCESSABLE_EVENT", "purpose is missing", "purpose",
    )  # fmt: skip
    assert one.origin == RecordPlace(NAMES.data_share, 3, 40)
    assert one.place == RecordPlace(NAMES.dead_letters, 0, 7)
    assert (one.event_id, one.event_type, one.producer) == ("e-1", "DATA_SHARE", "crm")
    assert not one.cut
    assert one.original.value == VALUE
    assert one.without_bytes().original.value is None


def test_a_header_names_the_producer_before_the_event_does() -> None:
    assert kept(with_header(original(), "client.id", b"mail-tool")).producer == "mail-tool"
    assert kept(with_header(original(), "client.id", ADDRESS.encode())).producer == "crm"


@pytest.mark.parametrize(
    "value", [None, b"", b"\x00\x01", b"{", b"[]", b'{"event_id":7}', b"\xc3\x01"]
)
def test_any_value_is_read(value: bytes | None) -> None:
    one = kept(original(value=value))
    assert (one.event_id, one.producer) == (None, None)


def test_what_looks_personal_is_not_shown() -> None:
    assert envelope(f'{{"event_id":"{ADDRESS}","source_system":"crm"}}'.encode()) == {
        "source_system": "crm"
    }
    quarantined = kept(topic=NAMES.quarantine)
    assert quarantined.kept_in is KeptIn.QUARANTINE
    assert (quarantined.event_id, quarantined.event_type) == (None, None)


def test_a_dead_letter_that_is_none_is_named() -> None:
    one = read_dead_letter(One(NAMES.dead_letters, 0, 1, START, b"k", b"?"), KeptIn.DEAD_LETTERS)
    assert one.code == UNREADABLE
    assert one.origin is None


def test_a_reject_of_ingest_says_its_map_and_reason() -> None:
    item = RejectedItem("no word for the value", "share", "2", "$.basis")
    rejected = RejectedRecord(map="crm", value=b"{}", rejected=(item,), settled=1)
    own = (("own", b"1"), ("consentry-ingest-topic", b"forged"))
    source = One("crm.orders", 5, 17, START, b"c-1", b"{}", own)
    stored = rejected.stored(source, "erp", 100_000)
    headers = tuple(stored.headers)
    one = read_reject(One("rejects", 0, 3, START, stored.key, stored.value, headers))
    assert one.producer == "erp"
    assert one.reason == "map crm: no word for the value"
    assert one.field == "$.basis"
    assert one.origin == RecordPlace("crm.orders", 5, 17)
    assert (one.original.key, one.original.value) == (b"c-1", b"{}")
    assert one.original.headers == (("own", b"1"),)


def test_a_reject_that_was_cut_says_so() -> None:
    rejected = RejectedRecord(map="crm", value=b"", rejected=(RejectedItem("x"),), settled=0)
    stored = rejected.stored(One("t", 0, 1, START, b"k", bytes(200_000)), "erp", 66_560)
    one = read_reject(One("r", 0, 3, START, stored.key, stored.value, tuple(stored.headers)))
    [cut] = one.original.cuts
    assert (cut.part, cut.length) == ("value", 200_000)
    assert one.cut


def test_a_reject_without_headers_or_with_odd_ones_is_read_too() -> None:
    odd = [("consentry-ingest-topic", b"\xff"), ("consentry-ingest-offset", b"-3")]
    for headers in ([], odd):
        value = CutBytes(b"x", 10, "ab")
        one = read_reject(One("t", 0, 3, START, None, value, tuple(headers)))
        assert one.origin is None
        assert one.cut


def test_places_are_written_with_hyphens_or_slashes() -> None:
    place = RecordPlace("consentry.dead-letters", 0, 17)
    assert parse_place(place.short) == parse_place(place.reference) == place
    for text in ("", "topic", "topic-1", "topic/1-2", "a b-1-2", "t--1-2-"):
        with pytest.raises(ConsentryError, match="names no record"):
            parse_place(text)


def test_the_mark_of_a_replay_is_read_from_the_letter() -> None:
    again = kept(with_header(original(), "consentry-replayed", b"consentry.dead-letters/0/3"))
    assert again.replay_of == "consentry.dead-letters/0/3"
    assert msgspec.structs.asdict(kept())["replay_of"] is None
    assert dead_letter().topic == NAMES.dead_letters
