"""`consentry verify` on a bus that changes under it: compaction, and a broker that goes away."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

from streams.core.instants import Instant
from streams.core.policy import default_policy
from streams.dev.broker import LocalBroker
from streams.errors import ConsentryError
from streams.verify import verify
from streams.wire.findings import decode_finding
from tests.kafka.compacting import compact_at_once
from tests.kafka.harness import Bus, until
from tests.kafka.stories import START, grant, share

POLICY = default_policy()
SUBJECTS = 40


@pytest.fixture(scope="module")
def own_kafka() -> Iterator[LocalBroker]:
    """A broker that may be killed, and that compacts as soon as it can."""
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    try:
        # Fifteen seconds by default between two looks for something to compact.
        with LocalBroker(heap_mb=256, properties={"log.cleaner.backoff.ms": "100"}) as local:
            yield local
    finally:
        del os.environ["JAVA_TOOL_OPTIONS"]


@pytest.fixture
def bus(own_kafka: LocalBroker, unique: str) -> Iterator[Bus]:
    with Bus(own_kafka.bootstrap, unique) as own:
        yield own


def shares(bus: Bus) -> None:
    """A share without consent of each subject: a finding each."""
    bus.send(*bus.events(share(f"s-{n}", f"{n}-share", START) for n in range(SUBJECTS)))


def late_consents(bus: Bus) -> None:
    """The consents that were there all along: every finding is retracted."""
    early = Instant(START - 1000)
    bus.send(*bus.events(grant(f"s-{n}", f"{n}-grant", early) for n in range(SUBJECTS)))


def test_what_compaction_takes_from_under_it_is_no_difference(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So little at once that the log is compacted between two fetches of one read.
    monkeypatch.setattr("streams.verify.bus.FETCH_BYTES", 4096)
    compact_at_once(bus, bus.names.changelog, bus.names.violations)
    published: set[tuple[str, int]] = set()

    def advance(_done: int, _of: int) -> None:
        if not published:
            published.update(revisions(bus))
            late_consents(bus)
            until(lambda: not published & mark(bus) or None, "compaction", seconds=90)

    with bus.worker() as worker:
        shares(bus)
        bus.settle(worker)
        found = verify(bus.settings, POLICY, advance=advance)
    assert len(published) == SUBJECTS, "it was disturbed in the middle"
    assert found.equal, found.differences
    assert sum(cut.facts for cut in found.cuts) >= 2 * SUBJECTS


def test_a_broker_that_goes_away_is_said_and_waited_for(
    own_kafka: LocalBroker, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    with bus.worker() as worker:
        shares(bus)
        bus.settle(worker)
        assert worker.stop()[0] == 0
    killed: list[bool] = []

    def kill(_done: int, _of: int) -> None:
        if not killed:
            killed.append(True)
            own_kafka.kill()

    def kill_and_start(_done: int, _of: int) -> None:
        if not killed:
            own_kafka.kill()
            own_kafka.start()
            killed.append(True)

    settings = bus.settings.model_copy(update={"connect_timeout_s": 2.0})
    try:
        with monkeypatch.context() as impatient:
            impatient.setattr("streams.verify.bus.REQUEST_TIMEOUT_MS", 2000)
            impatient.setattr("streams.verify.bus.SILENCE_S", 5.0)
            with pytest.raises(ConsentryError) as refused:
                verify(settings, POLICY, advance=kill)
    finally:
        own_kafka.start()
    assert killed
    assert own_kafka.bootstrap in refused.value.problem + refused.value.remedy
    killed.clear()
    found = verify(bus.settings, POLICY, advance=kill_and_start)
    assert killed
    assert found.equal, found.differences


def revisions(bus: Bus) -> set[tuple[str, int]]:
    """What stands on the violations topic."""
    findings = (decode_finding(record.value) for record in bus.read(bus.names.violations))
    return {(one.violation_id, one.revision) for one in findings}


def mark(bus: Bus) -> set[tuple[str, int]]:
    """What stands there, after new findings: the segment that is written to is not compacted."""
    name = uuid.uuid4().hex[:8]
    bus.send(*bus.events(share(f"mark-{name}-{n}", f"mark-{n}", START) for n in range(8)))
    return revisions(bus)
