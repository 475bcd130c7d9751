"""What an installation that lacks a codec says, before work begins and in the middle of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from streams.core.vocabulary import EventType
from tests.clients import Message
from tests.clients.message import Codec
from tests.clients.python import librdkafka
from tests.delivery.process import Deliveries
from tests.kafka.harness import ROOT, Bus, until
from tests.kafka.stories import story

LACKING: Final = """
import sys
for name in ("cramjam", "lz4", "backports.zstd", "compression.zstd"):
    sys.modules[name] = None
"""
"""A process whose installation lacks the packages that read all codecs but gzip."""

UNAWARE: Final = f"""
{LACKING}
import streams.topics.check, streams.topics.codecs, streams.topics.compression_checks
for module in (streams.topics.check, streams.topics.codecs, streams.topics.compression_checks):
    module.unreadable_codecs = frozenset
"""
"""The same, and its look before it begins sees nothing: as with a codec of the future."""

COMMAND: Final = "import sys; from streams.cli.main import main; sys.exit(main(sys.argv[1:]))"


def run(bus: Bus, fault: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in a process with a fault, to its end."""
    return subprocess.run(
        [sys.executable, "-c", f"{fault}\n{COMMAND}", *words],
        cwd=ROOT, env=bus.environment(), capture_output=True, text=True, check=False, timeout=150,
    )  # fmt: skip


def pack(bus: Bus, topic: str, codec: str) -> None:
    """Have the broker pack what comes on a topic."""
    admin = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
    change = {"compression.type": ("SET", codec)}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, change)])
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic)]

    def has_changed() -> bool | None:
        """Brokers hear of it a moment after it is done."""
        found = admin.describe_configs(asked, config_filter="all")["topic"][topic]
        return found["compression.type"]["value"] == codec or None

    until(has_changed, "the broker packs")
    admin.close()


def send(bus: Bus, codec: Codec) -> None:
    """A story by librdkafka, packed."""
    records = bus.events(story(1))
    with librdkafka(bus.settings.connection.bootstrap) as client:
        client.send(
            [
                Message(codec, one.topic, one.key or b"", (one.value or b"") + b" " * 300)
                for one in records
            ]
        )


def judged(bus: Bus, topic: str) -> None:
    """Have a worker judge a story, with outputs that the broker packs."""
    pack(bus, topic, "zstd")
    with bus.worker() as worker:
        bus.send(*bus.events(story(1)))
        bus.settle(worker)
        assert worker.stop()[0] == 0


def assert_named(output: str, topic: str, codec: str) -> None:
    """The place, the codec and the remedy, and nothing that only a programmer reads."""
    (line,) = [one for one in output.splitlines() if one.startswith("error: ")]
    assert topic in line
    assert codec in line
    assert "which this installation cannot read" in line
    assert "install the packages of requirements/worker.lock again" in output
    assert "Traceback" not in output
    assert "UnsupportedCodecError" not in output


def test_a_worker_says_so_before_it_joins_the_group(bus: Bus) -> None:
    codec = "zstd"
    pack(bus, bus.names.violations, codec)
    worker = bus.start(fault=LACKING)
    assert worker.ended() == 2
    # Inputs come first: what producers may send is not read either.
    assert_named(worker.text, bus.names.inputs[EventType.CONSENT_CHANGE], codec)
    assert not worker.logged("worker.starting")
    for name in bus.names.inputs.values():
        pack(bus, name, "gzip")
    worker = bus.start(fault=LACKING)
    assert worker.ended() == 2
    assert_named(worker.text, bus.names.violations, codec)


def test_topics_check_says_so(bus: Bus) -> None:
    pack(bus, bus.names.changelog, "lz4")
    done = run(bus, LACKING, "topics", "check")
    assert done.returncode == 1
    assert f"error: {bus.names.changelog}: compression.type is lz4, which this" in done.stdout


@pytest.mark.parametrize("codec", ["snappy", "lz4", "zstd"])
def test_a_batch_stops_a_worker_with_its_place_and_is_judged_by_the_next(
    bus: Bus, codec: Codec
) -> None:
    send(bus, codec)
    worker = bus.start(fault=UNAWARE)
    assert worker.ended() == 2
    assert_named(worker.text, ", offset 0: the batch is compressed with ", codec)
    assert any(f"{name}, partition " in worker.text for name in bus.names.inputs.values())
    with bus.worker() as repaired:
        bus.settle(repaired)
    assert bus.counters().judged == len(story(1))


def test_state_that_cannot_be_read_stops_a_worker_with_its_place(bus: Bus) -> None:
    judged(bus, bus.names.changelog)
    worker = bus.start(fault=UNAWARE)
    assert worker.ended() == 2
    assert_named(worker.text, bus.names.changelog, "zstd")
    assert "offset" in worker.text


@pytest.mark.parametrize("fault", [LACKING, UNAWARE], ids=["at the start", "in a batch"])
def test_readers_of_findings_stop_with_the_topic(bus: Bus, fault: str, tmp_path: Path) -> None:
    topic = bus.names.violations
    judged(bus, topic)
    for name in bus.names.inputs.values():
        pack(bus, name, "gzip")
    for words in (["watch", "--from-beginning", "--json"], ["verify"]):
        done = run(bus, fault, *words)
        assert done.returncode == 2, words
        assert_named(done.stderr, topic, "zstd")
    sink = f'[sinks.kept]\ntype = "file"\npath = "{tmp_path}/findings.jsonl"\n'
    deliverer = Deliveries(bus, tmp_path, sink).start("--from", "earliest", fault=fault)
    assert deliverer.ended() == 2
    assert topic in deliverer.text
    assert "zstd, which this installation cannot read" in deliverer.text
    assert "UnsupportedCodecError" not in deliverer.text


def test_explain_names_the_topic(bus: Bus) -> None:
    # It shows a finding from the stored rows, and where it cannot read them, from its topic.
    pack(bus, bus.names.changelog, "zstd")
    judged(bus, bus.names.violations)
    finding = next(iter(bus.net()))[2]
    done = run(bus, UNAWARE, "explain", finding)
    assert done.returncode == 2
    assert_named(done.stderr, bus.names.violations, "zstd")


def test_produce_says_so_and_sends_nothing(bus: Bus, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"".join((bus.event(one).value or b"") + b"\n" for one in story(1)))
    done = run(bus, LACKING, "produce", str(file), "--compression", "lz4")
    assert done.returncode == 2
    assert "this installation cannot compress with lz4" in done.stderr
    assert bus.lag() == 0
