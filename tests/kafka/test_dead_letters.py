"""Records that cannot be judged are kept whole, counted, and stop nothing but a flood."""

from __future__ import annotations

import json
from typing import Any

from streams.core.events import DataShare
from streams.core.identifiers import subject_key
from streams.core.instants import Instant, days
from streams.core.policy import default_policy
from streams.verify import verify
from streams.wire.arrival import partition_for
from streams.wire.encode import event_to_json
from tests.kafka.harness import Bus, Sent
from tests.kafka.stories import START, expected, share, story
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


def test_the_finding_about_a_bad_record_closes_when_its_event_is_judged(bus: Bus) -> None:
    """Under a wrong key on a wrong partition, before its event or after it, and over a kill."""
    first, second = share("p-1", "e-1", START), share("p-2", "e-2", START)
    topic = bus.names.data_share

    def bad(event: DataShare) -> Sent:
        value = json.dumps(json.loads(event_to_json(event)) | {"purpose": "NONE"}).encode()
        home = partition_for(subject_key(event.controller_id, event.subject_id), 2)
        return Sent(topic=topic, key=b"another key", value=value, partition=1 - home)

    def about() -> dict[str, list[tuple[int, str]]]:
        found: dict[str, list[tuple[int, str]]] = {"e-1": [], "e-2": []}
        for one in bus.findings():
            if one.code == "UNPROCESSABLE_EVENT":
                found[one.event_id].append((one.revision, one.status))
        return found

    with bus.worker() as worker:
        bus.send(bad(first), bus.event(second))
        bus.settle(worker)
        assert about() == {"e-1": [(1, "OPEN")], "e-2": []}
        worker.kill()
    bus.send(bus.event(first), bad(second))
    with bus.worker() as worker:
        bus.settle(worker)
        closed = {"e-1": [(1, "OPEN"), (2, "REMEDIATED")], "e-2": [(1, "REMEDIATED")]}
        assert about() == closed
        bus.send(bad(first), bad(second))
        bus.settle(worker)
        assert about() == closed, "a further copy changes nothing"
        found = verify(bus.settings, default_policy())
        assert found.equal, found.differences
    kept = [(one.original.key, one.original.partition) for one in bus.dead_letters()]
    assert sorted(kept) == sorted((bad(e).key, bad(e).partition) for e in (first, second) * 2)


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
