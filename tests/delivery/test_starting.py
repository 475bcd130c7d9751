"""Where a sink begins, and what stops it, on a real Kafka."""

from __future__ import annotations

from pathlib import Path

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource

from tests.delivery.output_records import lives, open_states, send, uid
from tests.delivery.process import Deliveries
from tests.delivery.standing import Standing
from tests.kafka.harness import Bus, Sent, until
from tests.sinks.benches import SECRET
from tests.sinks.people_receivers import WebhookReceiver


def ids(standing: Standing[WebhookReceiver]) -> list[str]:
    return [headers["webhook-id"] for headers, _ in standing.receiver.got]


def hooked(
    bus: Bus, folder: Path, standing: Standing[WebhookReceiver], more: str = ""
) -> Deliveries:
    toml = f'[sinks.hook]\ntype = "webhook"\nurl = "{standing.receiver.url}/hook"\n{more}'
    return Deliveries(bus, folder, toml, CONSENTRY_SINK_HOOK_SECRET=SECRET)


def test_a_new_receiver_gets_what_is_open_once_and_then_all_even_over_a_kill(
    bus: Bus, tmp_path: Path
) -> None:
    before, after = lives(150, 1), lives(20, 2, first=1000)
    send(bus, before)
    with Standing(WebhookReceiver()) as standing:
        slowly = hooked(bus, tmp_path, standing, "rate_per_s = 40\nbatch_max_records = 5\n")
        with slowly.ready("--from", "state") as process:
            until(lambda: len(ids(standing)) >= 30 or None, "a part of it", worker=process)
        # Killed in the middle: the one after it goes on, and knows nothing of --from.
        send(bus, after)
        quickly = hooked(bus, tmp_path, standing)
        with quickly.ready() as process:
            wanted = open_states(before) | {uid(one) for one in after}
            until(lambda: wanted <= set(ids(standing)) or None, "all", worker=process)
            assert process.stop()[0] == 0
        assert set(ids(standing)) == wanted
        # Again at most what was under way when it was killed: a batch, of each partition.
        assert len(ids(standing)) - len(wanted) <= 10


def test_from_now_delivers_nothing_of_before_and_everything_after(bus: Bus, tmp_path: Path) -> None:
    send(bus, lives(10, 1))
    after = lives(10, 2, first=1000)
    with Standing(WebhookReceiver()) as standing:
        with hooked(bus, tmp_path, standing).ready("--from", "now") as process:
            send(bus, after)
            wanted = {uid(one) for one in after}
            until(lambda: wanted <= set(ids(standing)) or None, "all after", worker=process)
        assert set(ids(standing)) == wanted


def test_a_sink_that_has_delivered_begins_again_only_when_asked(bus: Bus, tmp_path: Path) -> None:
    published = lives(10, 1)
    send(bus, published)
    with Standing(WebhookReceiver()) as standing:
        deliveries = hooked(bus, tmp_path, standing)
        with deliveries.ready("--from", "earliest") as process:
            wanted = {uid(one) for one in published}
            until(lambda: wanted <= set(ids(standing)) or None, "all", worker=process)
            process.stop()
        with deliveries.start("--from", "earliest") as refused:
            assert refused.ended() == 2
            assert "has delivered before" in refused.text
            assert "--again" in refused.text
        first = len(ids(standing))
        assert first == len(published)
        with deliveries.ready("--from", "2020-01-01T00:00:00.000Z", "--again") as process:
            until(lambda: len(ids(standing)) >= 2 * first or None, "all again", worker=process)
        assert set(ids(standing)) == wanted


def test_what_cannot_be_read_is_kept_and_does_not_hold_up(bus: Bus, tmp_path: Path) -> None:
    published = lives(5, 1)
    bus.send(Sent(topic=bus.names.violations, key=b"k", value=b"jan@example.nl", partition=0))
    bus.send(Sent(topic=bus.names.violations, key=b"gone", value=None, partition=0))
    send(bus, published)
    with (
        Standing(WebhookReceiver()) as standing,
        hooked(bus, tmp_path, standing).ready("--from", "earliest") as process,
    ):
        wanted = {uid(one) for one in published}
        until(lambda: wanted <= set(ids(standing)) or None, "all", worker=process)
        assert process.stop()[0] == 0
        counts = process.logged("sink.counts")[-1]
        ended = counts["dead_lettered"], counts["not_removable"], counts["pending"]
        assert ended == (1, 1, 0)
        assert "jan@example.nl" not in process.text
    [letter] = bus.read(bus.names.delivery_dead_letters)
    assert (letter.key, letter.value) == (b"k", b"jan@example.nl")
    headers = dict(letter.headers)
    assert headers["__connect.errors.connector.name"] == b"hook"
    assert headers["__connect.errors.topic"] == bus.names.violations.encode()
    assert headers["__connect.errors.partition"] == b"0"
    assert headers["__connect.errors.offset"] == b"0"


def test_records_deleted_before_they_were_delivered_are_reported(bus: Bus, tmp_path: Path) -> None:
    places = [TopicPartition(bus.names.violations, number) for number in range(2)]
    with Standing(WebhookReceiver()) as standing:
        deliveries = hooked(bus, tmp_path, standing)
        with deliveries.ready("--from", "now") as process:
            process.stop()
        send(bus, lives(20, 1))
        admin = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
        try:
            # As it comes nothing is deleted by time; somebody set a retention.
            policy = {"cleanup.policy": "compact,delete"}
            admin.alter_configs([ConfigResource("TOPIC", bus.names.violations, policy)])
            until(lambda: admin.delete_records(bus.ends(places)) or None, "they are deleted")
        finally:
            admin.close()
        with deliveries.start() as refused:
            assert refused.ended() == 2
            assert "deleted before they were delivered" in refused.text
            assert "--from state --again" in refused.text
            assert "Traceback" not in refused.text


def test_a_sink_that_halts_stops_no_other(bus: Bus, tmp_path: Path) -> None:
    published = lives(5, 1)
    send(bus, published)
    with Standing(WebhookReceiver()) as standing:
        both = (
            f'[sinks.well]\ntype = "webhook"\nurl = "{standing.receiver.url}/hook"\n'
            f'[sinks.old]\ntype = "file"\npath = "{tmp_path}/old.jsonl"\n'
        )
        deliveries = Deliveries(bus, tmp_path, both, CONSENTRY_SINK_WELL_SECRET=SECRET)
        with deliveries.ready("--sink", "old") as process:
            until(lambda: process.logged("sink.counts") or None, "it counts", worker=process)
            process.stop()
        # Now `--from` is refused for the one that has delivered, and goes for the other.
        with deliveries.start("--from", "earliest") as process:
            halted = process.wait_for("sink.halted")
            assert halted["sink"] == "old"
            wanted = {uid(one) for one in published}
            until(lambda: wanted <= set(ids(standing)) or None, "all", worker=process)
            assert process.stop()[0] == 2


def test_without_sinks_or_with_a_wrong_name_it_says_so(bus: Bus, tmp_path: Path) -> None:
    with Deliveries(bus, tmp_path, "").start() as process:
        assert process.ended() == 2
        assert "there is no sink to deliver to" in process.text
    toml = '[sinks.a]\ntype = "file"\npath = "x"\n'
    with Deliveries(bus, tmp_path, toml).start("--sink", "b") as process:
        assert process.ended() == 2
        assert "there is no sink b" in process.text
        assert "The sinks are a." in process.text
    with Deliveries(bus, tmp_path, toml).start("--from", "yesterday") as process:
        assert process.ended() == 2
        assert "'yesterday' is none of state, now and earliest" in process.text


def test_a_missing_topic_of_its_own_is_reported(bus: Bus, tmp_path: Path) -> None:
    toml = '[sinks.a]\ntype = "file"\npath = "x"\n'
    deliveries = Deliveries(bus, tmp_path, toml, CONSENTRY_TOPIC_DELIVERY_DEAD_LETTERS="not-there")
    with deliveries.start() as process:
        assert process.ended() == 2
        assert "not-there on " in process.text
        assert "consentry topics create" in process.text
