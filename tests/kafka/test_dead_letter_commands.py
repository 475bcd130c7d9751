"""Dead letters are listed, shown, sent again and purged by the commands, on real topics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams.cli.main import main
from streams.core.instants import Instant
from streams.wire.encode import event_to_json
from tests.kafka.harness import Bus, Sent
from tests.kafka.stories import share
from tests.kafka.test_worker import now


def test_from_the_dead_letter_to_the_judged_event(
    bus: Bus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in bus.environment().items():
        monkeypatch.setenv(name, value)

    def letters(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main(["dead-letters", *words, "--json"]) == code, capsys.readouterr().err
        return json.loads(capsys.readouterr().out)

    good = share("p-1", "e-1", Instant(now() - 60_000))
    without = json.loads(event_to_json(good))
    del without["purpose"]
    broken = json.dumps(without).encode()
    raw = event_to_json(good).replace(b"ACME", b"jan.jansen@example.org")
    topic = bus.names.data_share
    trace = [("client.id", b"mail-tool")]
    with bus.worker() as worker:
        bus.send(
            Sent(topic=topic, key=b"k", value=broken, headers=trace),
            Sent(topic=topic, key=b"k", value=b"?"),
            Sent(topic=topic, key=b"k", value=raw),
        )
        bus.settle(worker)
        listed = letters("list")
        assert sorted((one["kept_in"], one["code"], one["count"]) for one in listed["counts"]) == [
            ("dead-letters", "UNPROCESSABLE_EVENT", 1),
            ("dead-letters", "UNPROCESSABLE_EVENT", 1),
            ("quarantine", "RAW_PERSONAL_DATA_IN_EVENT", 1),
        ]
        assert listed["notes"] == []
        [named] = letters("list", "--producer", "mail-tool")["records"]
        [shown] = letters("show", named["place"])["records"]
        assert "value" not in shown
        [shown] = letters("show", named["origin"], "--reveal")["records"]
        assert json.loads(shown["value"]["text"]) == without
        # What is quarantined is never sent, and the rest stays bad: it comes back as one more.
        dry = letters("replay", "--topic", topic, "--dry-run", code=1)
        assert (dry["planned"], dry["sent"], dry["not_sent_count"]) == ({topic: 2}, 0, 1)
        assert letters("replay", "--topic", topic, code=1)["sent"] == 2
        bus.settle(worker)
        again = letters("replay", "--topic", topic, "--dry-run", code=1)
        assert (again["planned"], again["superseded"]) == ({topic: 2}, 2)
        file = tmp_path / "corrected.jsonl"
        file.write_bytes(event_to_json(good) + b"\n")
        for _ in range(2):
            assert letters("replay", "--file", str(file))["sent"] == 1
        bus.settle(worker)
        counters = bus.counters()
        assert (counters.judged, counters.duplicates, counters.dead_lettered) == (1, 1, 5)
        plan = letters("purge", "--in", "quarantine", "--before", "now", "--dry-run")
        assert (plan["records"], plan["deleted"], plan["originals_count"]) == (1, False, 1)
        assert letters("purge", "--in", "quarantine", "--before", "now", "--yes")["deleted"]
        assert letters("list", "--in", "quarantine")["records"] == []
        assert main(["verify"]) == 0
    sent = [one for one in bus.read(topic) if dict(one.headers).get("consentry-replayed")]
    assert sorted(one.value for one in sent) == sorted(
        [broken, b"?", event_to_json(good), event_to_json(good)]
    )
    first = next(one for one in sent if one.value == broken)
    assert (first.key, dict(first.headers)["client.id"]) == (b"k", b"mail-tool")
