"""Kafka has really forgotten the offsets of a sink's group; the note on `consentry.alert-state` remains."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaAdminClient, TopicPartition

from streams.core.findings import Finding
from streams.core.identifiers import RecipientId, ViolationId
from streams.core.instants import Instant, days
from tests.delivery.output_records import send, uid
from tests.delivery.process import Deliveries, all_ended
from tests.delivery.standing import Standing
from tests.delivery.test_alert_consumer import alerts, chat, one_content_per_message
from tests.kafka.harness import Bus, Sent, WorkerProcess, until
from tests.kafka.test_worker import now
from tests.siem.lives import finding_life
from tests.sinks.people_receivers import WebhookReceiver
from tests.sinks.siem_receivers import BulkReceiver

OF_LATE, LONG_AGO = now() - days(2), now() - days(200)
NEW_SINK = '[sinks.fresh]\ntype = "elasticsearch"\nindex = "fresh"\nurl = "{url}"\n'


def life(number: int, at: int = OF_LATE) -> list[Finding]:
    """Opened, revised and closed, at an instant."""
    name = ViolationId(f"{number:08x}-0000-5000-8000-000000000000")
    return [
        msgspec.structs.replace(one, violation_id=name, detected_at=Instant(at))
        for one in finding_life()[:3]
    ]


def with_admin(bus: Bus, work: Callable[[KafkaAdminClient, str], Any], sink: str) -> None:
    """What an administrator does with the group of a sink, when its last member has left."""
    group = bus.settings.delivery_group(sink)
    admin = KafkaAdminClient(**bus.settings.connection.kafka_python_options())
    try:

        def empty() -> bool | None:
            return not admin.describe_groups([group])[group]["members"] or None

        until(empty, "nobody is in the group")
        assert committed(admin, group), "it had offsets"
        work(admin, group)
    finally:
        admin.close()


def committed(admin: KafkaAdminClient, group: str) -> dict[TopicPartition, Any]:
    """The offsets that the coordinator knows of a group."""
    found: dict[Any, Any] = admin.list_group_offsets(group)
    return dict(found.get(group, found))


def forget(admin: KafkaAdminClient, group: str) -> None:
    """As Kafka does after `offsets.retention.minutes`."""
    admin.delete_groups([group])
    until(lambda: not committed(admin, group) or None, "the offsets are gone")


def counts_of(process: WorkerProcess) -> dict[str, dict[str, int]]:
    """The last counts of each sink; every record that was read has an end."""
    counts = {line["sink"]: line for line in process.logged("sink.counts")}
    assert all(all_ended(one) for one in counts.values()), counts
    return counts


def test_what_was_closed_or_removed_meanwhile_arrives_and_what_is_there_stays_once(
    bus: Bus, tmp_path: Path
) -> None:
    stays, closes, closed_long_ago, leaves, quick, new = (
        life(0), life(1), life(2, LONG_AGO), life(3), life(4), life(5),
    )  # fmt: skip
    before = [*stays[:2], *closes[:1], *closed_long_ago[:1], *leaves[:1]]
    send(bus, before)
    with Standing(BulkReceiver()) as elastic:
        toml = f'[sinks.siem]\ntype = "elasticsearch"\nurl = "{elastic.receiver.url}"\n'
        deliveries = Deliveries(bus, tmp_path, toml)

        def there(index: str = "logs-consentry.violation-default") -> set[str]:
            return {name for place, name in elastic.receiver.documents if place == index}

        with deliveries.ready("--from", "earliest", instance_id=None) as process:
            until(lambda: len(there()) == len(before) or None, "all of it", worker=process)
            assert process.stop()[0] == 0
            assert not process.logged("delivery.offsets_forgotten")
        assert there() == uids(before)

        with_admin(bus, forget, "siem")
        after = [*closes[1:], *closed_long_ago[1:], *quick, *new[:1]]
        send(bus, after)
        name = leaves[0].violation_id
        bus.send(Sent(topic=bus.names.violations, key=name.encode(), value=None))

        # A sink that never delivered gets what is open, and no close.
        deliveries.config.write_text(toml + NEW_SINK.format(url=elastic.receiver.url))
        wanted = uids([*before, closes[2], quick[2], new[0]]) - uids(leaves)
        with deliveries.ready(instance_id=None) as process:
            until(lambda: there() == wanted or None, "what was missed", worker=process)
            fresh = uids([stays[1], new[0]])
            until(lambda: there("fresh") == fresh or None, "what is open", worker=process)
            assert process.stop()[0] == 0
            [line] = process.logged("delivery.offsets_forgotten")
            assert (line["sink"], line["closed_days"]) == ("siem", 90)
            siem = counts_of(process)["siem"]
        assert there() == wanted, "nothing else arrives"
        # The last record of each: one is there already, and old revisions are passed over.
        assert siem["read"] == len(before) + len(after) + 1
        ended = siem["delivered"], siem["duplicate"], siem["removed"], siem["passed_over"]
        assert ended == (3, 1, 1, siem["read"] - 5)

        with deliveries.ready(instance_id=None) as process:
            process.wait_for("sink.counts")
            assert process.stop()[0] == 0
            assert not process.logged("delivery.offsets_forgotten"), "it knows its place again"
            assert counts_of(process)["siem"]["read"] == 0


def uids(findings: Sequence[Finding]) -> set[str]:
    return {uid(one) for one in findings}


@pytest.mark.parametrize("number", [0, 1])
def test_a_partition_whose_offset_alone_is_gone_is_read_from_its_beginning(
    bus: Bus, tmp_path: Path, number: int
) -> None:
    before, after = [one for at in range(6) for one in life(at)], life(9)
    send(bus, before)

    def forget_one(admin: KafkaAdminClient, group: str) -> None:
        place = TopicPartition(bus.names.violations, number)
        admin.delete_group_offsets(group, [place])
        assert place not in committed(admin, group)

    with Standing(BulkReceiver()) as elastic:
        toml = f'[sinks.siem]\ntype = "elasticsearch"\nurl = "{elastic.receiver.url}"\n'
        deliveries = Deliveries(bus, tmp_path, toml)

        def there() -> set[str]:
            return {name for _, name in elastic.receiver.documents}

        with deliveries.ready("--from", "earliest", instance_id=None) as process:
            until(lambda: there() == uids(before) or None, "all of it", worker=process)
            assert process.stop()[0] == 0
        with_admin(bus, forget_one, "siem")
        send(bus, after)
        with deliveries.ready(instance_id=None) as process:
            until(lambda: there() == uids([*before, *after]) or None, "the new", worker=process)
            line = process.wait_for("delivery.new_partition")
            assert (line["topic"], line["partition"]) == (bus.names.violations, number)
            assert process.stop()[0] == 0
            counts = counts_of(process)["siem"]
        assert counts["delivered"] == len(after)
        assert counts["duplicate"] == counts["read"] - len(after)


def test_people_are_notified_of_the_end_and_not_again_of_the_beginning(
    bus: Bus, tmp_path: Path
) -> None:
    stays = life(0)
    # Another recipient makes another alert.
    other = RecipientId("OTHER")
    closes = [msgspec.structs.replace(one, recipient_id=other) for one in life(1)]
    with Standing(WebhookReceiver()) as standing:
        deliveries = chat(bus, tmp_path, standing)

        def sent() -> list[tuple[str, str, int]]:
            """By recipient: the state and version of each message."""
            return sorted(
                (one["recipient_id"], one["state"], one["version"]) for one in alerts(standing)
            )

        with deliveries.ready("--from", "earliest", instance_id=None) as process:
            send(bus, [stays[0], closes[0]])
            both = [("ACME", "firing", 1), ("OTHER", "firing", 1)]
            until(lambda: sent() == both or None, "both", worker=process)
            assert process.stop()[0] == 0
        with_admin(bus, forget, "chat")
        send(bus, closes[1:])
        with deliveries.ready(instance_id=None) as process:
            until(lambda: len(sent()) > len(both) or None, "its end", worker=process)
            assert process.stop()[0] == 0
            account = process.logged("alerts.account")[-1]
        assert sent() == [*both, ("OTHER", "resolved", 2)]
        assert one_content_per_message(alerts(standing)) == []
        muted = sum(account["muted"].values())
        ended = account["delivered"] + account["grouped"] + muted + account["dead_lettered"]
        assert account["raised"] == ended + account["pending"]
        assert account["pending"] == 0
