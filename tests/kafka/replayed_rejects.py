"""Rejects of ingest that are mapped again after the map was corrected, on a real Kafka."""

from __future__ import annotations

import json

import pytest
from kafka import TopicPartition

from streams.cli.main import main
from streams.core.vocabulary import EventType
from streams.ingest.rejects import PREFIX
from streams.ingest.service.record_mapper import INGESTED_FROM
from streams.wire.decode import Decoded, decode
from tests.kafka.harness import until
from tests.kafka.ingesting import Ingest


def require_rejects_are_mapped_again(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After the map was corrected: the events, each once; nothing on the topic of the source."""
    bus, shop = ingest.bus, f"{ingest.name}.shop"
    for name, value in bus.environment().items():
        monkeypatch.setenv(name, value)
    source = TopicPartition(shop, 0)
    end = bus.ends([source])
    rejected = [one for one in bus.read(bus.names.ingest_rejects)
                if dict(one.headers)[f"{PREFIX}topic"] == shop.encode() and one.value[:1] == b"{"]  # fmt: skip
    wanted = {f"shop:{json.loads(one.value)['id']}" for one in rejected}
    file = ingest.folder / "shop" / "map.toml"
    file.write_text(file.read_text().replace("no =", 'perhaps = "WITHDRAWN", no ='))
    capsys.readouterr()
    replay = ["dead-letters", "replay", "--topic", shop, "--reason", "no word", "--json"]
    assert main(replay) == 0
    assert json.loads(capsys.readouterr().out)["planned"] == {bus.names.ingest_replay: len(wanted)}
    with ingest.start("i1") as process:

        def mapped() -> dict[str, str] | None:
            found: dict[str, str] = {}
            for record in bus.read(bus.names.consent_change):
                headers = dict(record.headers)
                decoded = decode(record.value, EventType.CONSENT_CHANGE)
                assert isinstance(decoded, Decoded)
                found[decoded.event.event_id] = headers[INGESTED_FROM].decode()
            return found if wanted <= found.keys() else None

        found = until(mapped, "the rejects are mapped", worker=process)
        assert process.stop()[0] == 0
    places = {
        "/".join(
            dict(one.headers)[PREFIX + part].decode() for part in ("topic", "partition", "offset")
        )
        for one in rejected
    }
    assert {found[event_id] for event_id in wanted} == places
    assert bus.ends([source]) == end
