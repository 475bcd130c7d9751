"""Every codec, of every client, on every topic, through every command, on a real Kafka.

One run: the broker's setting `compression.type` goes through all its values, for inputs and
for topics of our own alike, while clients of five libraries send in every codec. So each
topic holds batches of every kind in the end, and all of it is read again.
"""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from streams.topics import all_topics
from streams.wire.progress import PROGRESS_KEY
from streams.wire.rows import decode_row, subject_of
from tests.clients import CLIENTS
from tests.clients.message import CODECS
from tests.delivery.process import Deliveries
from tests.delivery.standing import Standing
from tests.kafka.codec_commands import results
from tests.kafka.codec_matrix import (
    OTHERS,
    PACKED,
    PADDING,
    SINKS,
    TYPES,
    Matrix,
    delivered,
    delivering,
    judged,
    reset_compression,
    run,
    set_compression,
    standing,
)
from tests.kafka.harness import ROOT, Bus, until
from tests.kafka.stories import expected, story
from tests.kafka.test_worker import now
from tests.sinks.benches import SECRET
from tests.sinks.people_receivers import WebhookReceiver

AGAIN = ("librdkafka",)
"""Clients that send commands after the restart too."""

# All rounds are in the first test's time; a minute on an idle machine.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def matrix(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """All rounds, then a `kill -9` and a restart of the worker and of the deliverer."""
    folder = tmp_path_factory.mktemp("codecs")
    name = f"codecs-{uuid.uuid4().hex[:8]}"
    with ExitStack() as stack:
        clients, missing = {}, {}
        for client, opening in CLIENTS.items():
            try:
                clients[client] = stack.enter_context(opening(kafka))
            except pytest.skip.Exception as why:
                missing[client] = str(why)
        bus = stack.enter_context(Bus(kafka, name, tick_interval_s=0.3))
        refusing = stack.enter_context(Standing(WebhookReceiver()))
        refusing.receiver.fault = 400
        people = stack.enter_context(Standing(WebhookReceiver()))
        matrix = Matrix(bus, folder, missing)
        matrix.deliveries = Deliveries(
            bus,
            folder,
            SINKS.format(folder=folder, url=refusing.receiver.url, people=people.receiver.url),
            CONSENTRY_SINK_REFUSED_SECRET=SECRET,
            CONSENTRY_SINK_PEOPLE_SECRET=SECRET,
        )
        matrix.worker = stack.enter_context(bus.worker())
        deliverer = stack.enter_context(matrix.deliveries.ready("--from", "earliest"))
        for compression in TYPES:
            if compression != "producer":
                set_compression(bus, compression)
            matrix.round(compression, clients)
            matrix.settle()
            delivering(
                matrix, deliverer, "uncompressed" if compression == "producer" else compression
            )
        matrix.worker.kill()
        deliverer.kill()
        matrix.worker = stack.enter_context(bus.worker())
        deliverer = stack.enter_context(matrix.deliveries.ready())
        # What is read of all codecs at a start: policies, state, commands from here on.
        for client in AGAIN:
            matrix.erase(client, clients[client])
        after = story(next(matrix._numbers))
        matrix.events += after
        bus.send(*bus.events(after))
        matrix.settle()
        # Deadlines pass with the next tick.
        wanted = expected(matrix.events, now())
        until(lambda: wanted <= bus.net() or None, "all findings", worker=matrix.worker)
        until(
            lambda: delivered(matrix) >= standing(matrix) or None,
            "all that stands is in the file",
            worker=deliverer,
        )
        assert deliverer.stop()[0] == 0
        assert matrix.worker.stop()[0] == 0
        yield matrix


@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_client_sends_in_any_codec_to_any_topic_is_judged(
    matrix: Matrix, client: str
) -> None:
    if client in matrix.missing:
        pytest.skip(matrix.missing[client])
    sent = matrix.sent[client]
    assert len(sent) == len(TYPES) * len(CODECS) * (2 + len(OTHERS))
    for topic in matrix.bus.names.inputs.values():
        values = [(record.value or b"", record.codec) for record in matrix.stored(topic)]
        by_id = {json.loads(value)["event_id"]: codec for value, codec in values if value != b"{"}
        own = {one: codec for one, codec in sent.items() if matrix.topics[one] == topic}
        assert own
        assert {one: by_id[one] for one in own} == own
    assert set(sent) <= judged(matrix)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_person_is_erased_by_a_command_of_any_client_in_any_codec(
    matrix: Matrix, client: str
) -> None:
    if client in matrix.missing:
        pytest.skip(matrix.missing[client])
    erased, answers = matrix.erased[client], results(matrix)
    assert len(erased) == len(TYPES) * len(CODECS) + len(CODECS) * (client in AGAIN)
    for command_id in erased:
        [answer] = answers[command_id]
        assert answer.done, answer.problem
    rows = {
        record.key: record.value
        for record in matrix.stored(matrix.bus.names.changelog)
        if record.key and record.key != PROGRESS_KEY
    }
    left = [
        decode_row(row)
        for key, row in rows.items()
        if row and subject_of(key) in set(erased.values())
    ]
    assert len(left) == len(erased)
    assert all(row.erases for row in left)


def test_the_log_of_policies_is_read_in_every_codec(matrix: Matrix) -> None:
    done = run(matrix, "policy", "history", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 1 + len(TYPES)


UNWRITTEN = "INPUT REJECTS INGEST_REPLAY"


def test_every_topic_of_our_own_was_read_in_every_codec(matrix: Matrix) -> None:
    own = [
        one
        for one in all_topics(matrix.bus.settings)
        # Nobody here has ingest reject and take again.
        if one.kind.name not in UNWRITTEN.split()
    ]
    assert len(own) == 12
    found = {one.name: {record.codec for record in matrix.stored(one.name)} for one in own}
    assert found == {one.name: PACKED for one in own}


def test_the_findings_are_those_of_the_facts(matrix: Matrix) -> None:
    assert expected(matrix.events, now()) <= matrix.bus.net()
    counters = matrix.bus.counters()
    assert counters.balanced
    assert counters.dead_lettered == 2 * len(TYPES)
    assert counters.rekeyed == len(TYPES)
    assert len(matrix.bus.dead_letters()) == len(TYPES)
    assert len(matrix.bus.dead_letters(quarantine=True)) == len(TYPES)


def test_verify_reads_all_and_finds_no_difference(matrix: Matrix) -> None:
    done = run(matrix, "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def test_topics_check_finds_nothing_wrong_with_compression(matrix: Matrix) -> None:
    done = run(matrix, "topics", "check", "--json")
    problems = json.loads(done.stdout)["problems"]
    assert [one for one in problems if one["weight"] == "error"] == []


def test_watch_shows_all_findings(matrix: Matrix) -> None:
    log = matrix.folder / "watched.jsonl"
    with log.open("wb") as file:
        watching = subprocess.Popen(
            [sys.executable, "-m", "streams.cli.main", "watch", "--from-beginning", "--json"],
            cwd=ROOT, env=matrix.environment(), stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        wanted = standing(matrix)

        def shown() -> bool | None:
            text = log.read_text()
            return all(one in text for one in wanted) or None

        until(shown, "all findings are shown")
    finally:
        watching.terminate()
        watching.wait(10)


def test_explain_finds_a_finding_on_the_topic(matrix: Matrix) -> None:
    done = run(matrix, "explain", min(standing(matrix)), "--json")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("codec", CODECS)
def test_produce_packs_as_it_is_asked(
    matrix: Matrix, codec: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = next(matrix._numbers)
    file = matrix.folder / f"{codec}.jsonl"
    records = [matrix.bus.event(event).value or b"" for event in story(number)]
    file.write_bytes(b"".join(value + PADDING + b"\n" for value in records))
    # The last round unpacked everything.
    if codec == "none":
        reset_compression(matrix.bus)
    done = run(matrix, "produce", str(file), "--compression", codec)
    assert done.returncode == 0, done.stderr
    found = {
        record.codec
        for name in (matrix.bus.names.data_share, matrix.bus.names.consent_change)
        for record in matrix.stored(name)
        if f'"{number}-'.encode() in (record.value or b"")
    }
    assert found == {"uncompressed" if codec == "none" else codec}
