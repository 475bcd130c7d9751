"""Facts of three partitions, brought where there are eight: all that stood stands there."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from streams.core.policy import default_policy
from streams.errors import ConsentryError
from streams.operate.moving.export import export_facts
from streams.operate.moving.importing import import_facts
from streams.operate.moving.start import Start
from streams.verify import verify
from tests.kafka.harness import Bus, Sent
from tests.kafka.standing import standing
from tests.kafka.stories import START, share, stories

SUBJECTS = 12


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
