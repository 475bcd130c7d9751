"""Records that cannot be judged are kept whole, counted, and stop nothing but a flood."""

from __future__ import annotations

from typing import Any

from streams.core.instants import Instant, days
from tests.kafka.harness import Bus, Sent
from tests.kafka.stories import expected, share, story
from tests.kafka.test_worker import now

ADDRESS = b"jan.jansen@example.org"


def test_bad_records_end_as_dead_letters_and_good_ones_are_judged(bus: Bus) -> None:
    events = [event for event in story(1) if event.event_id in ("1-early", "1-late")]
    good = bus.events(events)
    future = bus.event(share("s", "future", Instant(now() + days(2))))
    assert good[0].value is not None
    raw = good[0].value.replace(b"ACME", ADDRESS)
    topic = bus.names.data_share
    bad: list[bytes | None] = [b"\x00" * 2000, b"{", b"", None, b'{"event_type":"PURCHASE"}']
    headers = [("trace", b"1")]
    with bus.worker() as worker:
        bus.send(
            good[0],
            *(Sent(topic=topic, key=b"k", value=value, headers=headers) for value in bad),
            Sent(topic=topic, key=ADDRESS, value=raw),
            future,
            good[1],
        )
        bus.settle(worker)
        assert ADDRESS.decode() not in worker.text
    letters = bus.dead_letters()
    assert sorted(letter.original.value or b"-" for letter in letters) == sorted(
        [value or b"-" for value in bad] + [future.value or b""]
    )
    assert {letter.letter.code for letter in letters} == {
        "UNPROCESSABLE_EVENT",
        "FUTURE_TIMESTAMP",
    }
    assert all(
        letter.original.headers == (("trace", b"1"),)
        for letter in letters
        if letter.original.key == b"k"
    )
    [quarantined] = bus.dead_letters(quarantine=True)
    assert (quarantined.original.value, quarantined.original.key) == (raw, ADDRESS)
    counters = bus.counters()
    assert counters.dead_lettered == len(bad) + 2
    assert counters.judged == len(good)
    assert counters.balanced
    codes = [code for _, code, _ in bus.net()]
    assert codes.count("UNPROCESSABLE_EVENT") == len(bad)
    assert codes.count("RAW_PERSONAL_DATA_IN_EVENT") == codes.count("FUTURE_TIMESTAMP") == 1
    assert expected(events, now()) < bus.net()
    for record in [*bus.read(bus.names.violations), *bus.read(bus.names.quarantine)]:
        assert ADDRESS not in record.key
    assert all(ADDRESS not in record.value for record in bus.read(bus.names.violations))


def test_a_flood_of_them_stops_the_worker_before_the_topic_is_drained(bus: Bus) -> None:
    limit: dict[str, Any] = {"dead_letter_limit_records": 10, "dead_letter_limit_share": 0.5}
    flood = [Sent(topic=bus.names.purchase, key=b"k", value=b"?", partition=0)] * 100
    with bus.worker(**limit) as worker:
        for record in flood:
            bus.send(record)
            if worker.process.poll() is not None:
                break
        assert worker.ended() == 2
        assert "dead_letter_limit_share" in worker.text
    kept = len(bus.dead_letters())
    bus.send(*flood)
    with bus.start(**limit) as again:
        assert again.ended() == 2
    assert len(bus.dead_letters()) == kept < len(flood)
    with bus.worker(dead_letter_limit_records=10, dead_letter_limit_share=1) as willing:
        bus.settle(willing)
    assert bus.counters().dead_lettered > kept
