"""Invariant 7: restored state is checked against the committed offsets; never judge on less."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from streams.agents import subjects
from streams.core.subject import Subject
from streams.transport.state.changelog_restore import Restored
from streams.transport.state.disk.layout import STATE, encode_state
from streams.transport.state.disk.rows import DiskRows
from streams.transport.state.disk.stores import DiskStores, open_rows
from streams.transport.state.memory import MemoryRows
from streams.transport.state.stores import Stores
from streams.transport.tasks import preconditions, settling
from streams.wire.progress import PROGRESS_KEY, decode_progress, encode_progress
from streams.wire.rows import CorruptRow, decode_row
from tests.invariants.bus import FALSE, converged, new_broker, send
from tests.invariants.ending import Ended, run
from tests.invariants.guarantee import Broken
from tests.invariants.process import Process
from tests.invariants.settings import JUDGED, NAMES, SETTINGS
from tests.kafka.stories import stories
from tests.model.broker import Broker
from tests.model.log import Log
from tests.transport.disk import MEMORY, WANTED

EVENTS = stories(4)
PLACE = (NAMES.changelog, 0)

Tamper = Callable[[Broker], None]


def recreated_empty(broker: Broker) -> None:
    """Somebody deleted the changelog; what the grants stood on has expired since."""
    broker.logs[PLACE] = Log()
    for topic in JUDGED:
        broker.truncate(topic, 0, broker.committed(SETTINGS.group_id, 0).get(topic, 0))


def set_back(broker: Broker) -> None:
    """The changelog comes from a backup: it ends at the last progress row but one."""
    records = broker.visible(*PLACE)
    rows = [n for n, record in enumerate(records) if record.key == PROGRESS_KEY]
    broker.logs[PLACE] = Log()
    for record in records[: rows[-2] + 1]:
        broker.append(*PLACE, key=record.key, value=record.value, timestamp=record.timestamp)


def bytes_flipped(broker: Broker) -> None:
    """The stored grants cannot be read any more."""
    for record in broker.visible(*PLACE):
        if record.key and b"-grant" in record.key:
            broker.append(*PLACE, key=record.key, value=b"\x01?", timestamp=record.timestamp)


def keys_flipped(broker: Broker) -> None:
    """The stored grants stand under keys that are no row's."""
    records = broker.visible(*PLACE)
    broker.logs[PLACE] = Log()
    for record in records:
        key = b"?" if record.key and b"-grant" in record.key else record.key
        broker.append(*PLACE, key=key, value=record.value, timestamp=record.timestamp)


async def restored_after(tamper: Tamper, folder: Path | None = None) -> None:
    """State is tampered with; the next worker stops before it judges, with code 2.

    With a folder both keep a copy of it there, which must not hide what happened.
    """
    broker = new_broker()
    first = Process(broker, stores=stores_in(folder))
    await first.assign(0)
    for part in (EVENTS[:4], EVENTS[4:8]):  # shares without consent; then consent
        send(broker, *part)
        await first.judge_all()
    first.kill()
    for partition in first.consumer.owned.values():
        partition.rows.close()
    tamper(broker)
    send(broker, *EVENTS[8:])
    second = Process(broker, stores=stores_in(folder))
    try:
        await second.assign(0)
        await second.judge_all()
    except Ended:
        assert second.code == 2
        return
    converged(broker, EVENTS)


def stores_in(folder: Path | None) -> Stores | None:
    async def topic_id() -> str:
        return "the same"

    return None if folder is None else DiskStores(folder, MEMORY, NAMES.changelog, topic_id)


def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preconditions, "progress_agrees", lambda *_: None)


def skipping_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Faust does, which logs that a changelog record cannot be read."""
    apply = Restored.apply

    def lenient(restored: Restored, records: Any) -> bool:
        return apply(restored, [record for record in records if record.key != b"?"])

    monkeypatch.setattr(Restored, "apply", lenient)


def skipping_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    build = subjects.build

    def lenient(key: Any, rows: Mapping[bytes, bytes]) -> Subject:
        readable = {}
        for place, row in rows.items():
            try:
                decode_row(row)
            except CorruptRow:
                continue
            readable[place] = row
        return build(key, readable)

    monkeypatch.setattr(subjects, "build", lenient)
    hold = MemoryRows.hold

    def forgetful(self: MemoryRows, key: Any, subject: Subject) -> None:
        # The second look, which finds that a live subject says less than was stored.
        with suppress(CorruptRow):
            hold(self, key, subject)

    monkeypatch.setattr(MemoryRows, "hold", forgetful)


@pytest.mark.parametrize("tamper", [recreated_empty, set_back, bytes_flipped, keys_flipped])
def test_checking_the_state_holds(tamper: Tamper) -> None:
    run(restored_after(tamper))


@pytest.mark.parametrize("tamper", [recreated_empty, set_back, bytes_flipped, keys_flipped])
def test_a_copy_on_disk_hides_nothing(tamper: Tamper, tmp_path: Path) -> None:
    run(restored_after(tamper, tmp_path))


def as_it_was(broker: Broker) -> None:
    """Nobody touches anything."""
    del broker


def copy_of_another_time(folder: Path) -> Tamper:
    """The copy is exchanged for one that ends at the same place and holds something else."""

    def tamper(broker: Broker) -> None:
        rows = opened_as(folder)
        progress = replace(decode_progress(rows.progress or b""), positions={"elsewhere": 1})
        state = replace(rows._state, progress=encode_progress(progress))
        batch = rows._database.new_batch()
        batch.put(STATE, encode_state(state))
        rows._database.write(batch)
        rows.close()
        assert broker.visible(*PLACE)

    return tamper


def opened_as(folder: Path) -> DiskRows:
    fresh = replace(WANTED, changelog=NAMES.changelog, topic_id="the same")
    return open_rows(folder / "0", MEMORY, fresh)


async def goes_on_after(tamper: Tamper, folder: Path) -> None:
    broker = new_broker()
    for events in (EVENTS[:6], EVENTS[6:]):
        send(broker, *events)
        worker = Process(broker, stores=stores_in(folder))
        await worker.assign(0)
        await worker.judge_all()
        worker.kill()
        for partition in worker.consumer.owned.values():
            partition.rows.close()
        tamper(broker)
    converged(broker, EVENTS)


def test_a_copy_that_does_not_go_with_the_offsets_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "SETTLING_S", 0.2)
    with capture_logs() as lines:
        run(goes_on_after(copy_of_another_time(tmp_path), tmp_path))
    reasons = [line["reason"] for line in lines if line["event"] == "store.rebuilt"]
    assert reasons == ["it does not go with the committed offsets"]
    with capture_logs() as lines:
        run(goes_on_after(as_it_was, tmp_path / "other"))
    assert [line for line in lines if line["event"] == "store.rebuilt"] == []


@pytest.mark.parametrize(
    ("tamper", "taken_out", "how"),
    [
        (recreated_empty, unchecked, FALSE),
        (set_back, unchecked, "visible twice"),
        (bytes_flipped, skipping_rows, FALSE),
        (keys_flipped, skipping_keys, FALSE),
    ],
)
def test_checking_the_state_bites(
    tamper: Tamper,
    taken_out: Callable[[pytest.MonkeyPatch], None],
    how: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken_out(monkeypatch)
    with pytest.raises(Broken, match=how):
        run(restored_after(tamper))
