"""Facts of three partitions, brought where there are eight: all that stood stands there."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from streams.core.policy import default_policy
from streams.errors import ConsentryError
from streams.operate.moving.export import export_facts
from streams.operate.moving.importing import import_facts
from streams.operate.moving.start import Start
from streams.settings import Settings
from streams.topics import admin_session, all_topics, create_topics
from streams.verify import verify
from tests.kafka.harness import Bus, Sent
from tests.kafka.stories import START, share, stories

SUBJECTS = 12


def standing(bus: Bus) -> dict[str, dict[str, Any]]:
    """Findings and duties by id as they stand, without what says when and by whom it was written."""
    found: dict[str, dict[str, Any]] = {}
    for one in (*bus.findings(), *bus.duties().values()):
        fields = msgspec.to_builtins(one)
        fields.pop("detected_at")
        found[fields.get("violation_id") or fields["duty_id"]] = fields
    return found


def test_from_three_partitions_into_eight(kafka: str, unique: str, tmp_path: Path) -> None:
    file, policy = tmp_path / "facts.jsonl", default_policy()
    refused = b'{"event_id":"r-1","event_type":"DATA_SHARE","controller_id":"SHOP"}'
    with Bus(kafka, f"{unique}-a", partitions=3) as old:
        with old.worker(None) as worker:
            old.send(*old.events(stories(SUBJECTS)))
            old.send(Sent(topic=old.names.data_share, key=b"k", value=refused, partition=0))
            old.settle(worker)
            beside = export_facts(old.settings, io.BytesIO())
            assert worker.stop()[0] == 0
        with file.open("wb") as out:
            manifest = export_facts(old.settings, out)
        assert (manifest.facts, manifest.refused) == (beside.facts, beside.refused)
        before = standing(old)
        assert sum(manifest.facts.values()) == 5 * SUBJECTS
        assert len(manifest.covered) == 3
    with Bus(kafka, f"{unique}-b", partitions=8) as new:
        with pytest.raises(ConsentryError, match="of other topics"):
            import_facts(new.settings, policy, [file])
        done = import_facts(new.settings, policy, [file], start=Start.LATEST)
        assert done.rows == done.of == 5 * SUBJECTS + manifest.refused
        assert import_facts(new.settings, policy, [file], start=Start.LATEST).rows == 0
        here = standing(new)
        assert here == {at: one for at, one in before.items() if at in here}
        left_out = [one for at, one in before.items() if at not in here]
        assert {one["code"] for one in left_out} <= {"UNPROCESSABLE_EVENT"}
        with new.worker(None) as worker:
            late = share("subject-1", "1-again", START)
            new.send(new.event(late), *new.events(stories(2, SUBJECTS)))
            new.settle(worker)
            assert worker.stop()[0] == 0
        found = verify(new.settings, policy)
        assert [one.what for one in found.differences] == []
        assert sum(cut.facts for cut in found.cuts) == 5 * (SUBJECTS + 2) + 1
        with pytest.raises(ConsentryError, match="has a state already"):
            import_facts(new.settings, policy, [file], start=Start.LATEST)
        lines = file.read_bytes().splitlines()
        assert json.loads(lines[-1])["kind"] == "manifest"


def test_another_number_of_partitions_on_the_same_inputs(
    kafka: str, unique: str, tmp_path: Path
) -> None:
    file, policy = tmp_path / "facts.jsonl", default_policy()
    with Bus(kafka, unique, partitions=3) as bus:
        with bus.worker(None) as worker:
            bus.send(*bus.events(stories(SUBJECTS)))
            bus.settle(worker)
            assert worker.stop()[0] == 0
        before, names = standing(bus), bus.names
        published = {names.changelog, names.violations, names.duties}
        with admin_session(bus.settings.connection) as client:
            keyed = [one for one in all_topics(bus.settings) if one.partitions == 3]
            client.create_partitions({one.name: 8 for one in keyed if one.name not in published})
        with file.open("wb") as out:
            assert export_facts(bus.settings, out).count == 3
        given = bus.settings.model_dump(exclude_unset=True) | {"generation": 2, "partitions": 8}
        bus.settings = Settings(**given, topic_violations="violations-2", topic_duties="duties-2")
        bus.names = bus.settings.topics
        create_topics(bus.settings)
        assert import_facts(bus.settings, policy, [file]).same_topics
        assert standing(bus) == before
        bus.send(*bus.events(stories(4, SUBJECTS - 2)))
        with bus.worker(None) as worker:
            bus.settle(worker)
            assert worker.stop()[0] == 0
        found = verify(bus.settings, policy)
        assert [one.what for one in found.differences] == []
        assert sum(cut.facts for cut in found.cuts) == 5 * (SUBJECTS + 2)
