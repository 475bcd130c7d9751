"""One person with a history that is made to be slow: judged at the ordinary pace, in pieces.

While it is judged /live answers, `kill -9` loses no committed progress, SIGTERM is prompt,
and the changelog holds a row for each fact and change of a verdict, not for each comparison.
"""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from streams.core.events import Event
from streams.core.vocabulary import DutyStatus
from streams.wire.progress import PROGRESS_KEY, Unfinished, decode_progress
from tests.core.builders import grant, object_, share, withdraw
from tests.kafka.harness import PATIENCE_S, Bus, WorkerProcess, until
from tests.kafka.test_health import probe
from tests.kafka.test_skip import consentry, verified

SHARES = 4_000
TOGGLES = 1_000
MOST_ROWS_AN_EVENT = 3
PROMPT_S = 8.0
"""For a process to end on a machine that others use too; it took 20 s before."""


def toggles() -> list[Event]:
    """Shares, then one consent given and withdrawn again and again, a second between."""
    events: list[Event] = [share(n / 3600, id=f"s{n}") for n in range(150)]
    for n in range(TOGGLES):
        at = 1 + 2 * n / 3600
        events.append(grant(at, id=f"g{n}", consent_id="c"))
        events.append(withdraw(at + 1 / 3600, id=f"w{n}", consent_id="c"))
    return events


def live(worker: WorkerProcess) -> float:
    """How long /live takes to answer, which it must."""
    began = time.monotonic()
    status, _ = probe(worker, "live")
    assert status == 200
    return time.monotonic() - began


def read(bus: Bus) -> int:
    return sum(c.read for p in bus.progress().values() for c in p.counters.values())


def rows(bus: Bus) -> int:
    return len(bus.read(bus.names.changelog))


def unfinished(bus: Bus) -> Unfinished | None:
    return next((p.unfinished for p in bus.progress().values() if p.unfinished), None)


def in_the_midst(record: Any) -> bool:
    """Whether this row of the changelog says that a record is judged in part."""
    return record.key == PROGRESS_KEY and decode_progress(record.value).unfinished is not None


@pytest.fixture
def alone(kafka: str, unique: str) -> Bus:
    return Bus(kafka, unique, partitions=1)


def test_a_consent_toggled_a_thousand_times(alone: Bus) -> None:
    with alone as bus:
        events = toggles()
        bus.send(*bus.events(events))
        with bus.start("w1", health_port=0) as worker:
            worker.ready()
            until(lambda: read(bus) > 300 or None, "some of it is judged", worker=worker)
            live(worker)
            worker.kill()
        before = read(bus)
        with bus.start("w1", health_port=0) as worker:
            worker.ready()
            assert read(bus) >= before
            while bus.lag():
                live(worker)
            assert verified(bus)
            assert worker.stop()[0] == 0
        counters = bus.counters()
        assert counters.balanced
        assert (counters.judged, counters.replays) == (len(events), 0)
        assert rows(bus) < MOST_ROWS_AN_EVENT * len(events) + 500


def test_an_objection_that_comes_late_after_thousands_of_shares(alone: Bus) -> None:
    """Each share becomes a finding with a duty of its own: pieces, with a kill among them."""
    with alone as bus:
        shares = [share(n / 3600, id=f"s{n:05d}") for n in range(SHARES)]
        bus.send(*bus.events([grant(-9), *shares, withdraw(100, id="last")]))
        with bus.start("w1", health_port=0) as worker:
            bus.settle(worker, 120)
            [duty] = bus.duties().values()
            assert duty.status in (DutyStatus.DUE, DutyStatus.OVERDUE)
            assert (duty.share_count, len(duty.share_ids)) == (SHARES, 100)
            with bus.tail(bus.names.changelog) as written:
                bus.send(*bus.events([object_(-5, id="late")]))
                assert any(map(in_the_midst, written(PATIENCE_S)))
                worker.kill()
        cut = unfinished(bus)
        assert cut is not None
        # Some findings stand and others are to come: that is no difference, and it says so.
        document = json.loads(consentry(bus, "verify", "--json").stdout)
        assert document["differences"] == []
        assert "a record of one person is judged in pieces" in str(document["notes"])
        with bus.start("w1", health_port=0) as worker:
            worker.ready()
            live(worker)
            code, seconds = worker.stop()
            assert code == 0
            assert seconds < PROMPT_S
        later = unfinished(bus)
        if later is not None:
            assert (later.after, later.after_key) >= (cut.after, cut.after_key)
        with bus.start("w1", health_port=0) as worker:
            while bus.lag():
                live(worker)
            document = json.loads(consentry(bus, "verify", "--json").stdout)
            assert (document["differences"], document["notes"]) == ([], [])
            assert worker.stop()[0] == 0
        assert unfinished(bus) is None
        counters = bus.counters()
        assert counters.balanced
        assert (counters.judged, counters.replays) == (SHARES + 3, 0)
        assert len({one for one in bus.net() if one[1] == "SHARE_AFTER_OBJECTION"}) == SHARES
