"""The story of a retailer, from what its systems send to what its reviewers read.

Own topics, keys, partition counts, a schema registry and signed webhooks in; `consentry receive`,
two instances of `consentry ingest` (one is killed while it works), a worker and a deliverer as
processes of their own. No system of the retailer was changed. Its maps: `tests/kafka/retailer`.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from streams.core.identifiers import subject_key
from streams.core.vocabulary import DutyStatus, EventType
from streams.ingest.rejects import PREFIX
from streams.wire.decode import Decoded, decode
from tests.clients.registry.apicurio import apicurio
from tests.kafka.harness import WorkerProcess, until
from tests.kafka.retailer.house import House, house_of
from tests.kafka.retailer.people import EVERYBODY, NAMES, OTHERS, Customer
from tests.kafka.retailer.producers import POST, MailTool, Producers

pytest.importorskip("confluent_kafka", reason="librdkafka is not installed")
pytest.importorskip("grpc_tools", reason="the extra `protobuf` is not installed")
pytest.importorskip("cryptography", reason="the extra `receive` is not installed")
pytestmark = pytest.mark.timeout(400)

PATIENCE_S = 90.0
"""Six processes and a registry start together."""

FINDINGS = {
    ("NO_CONSENT", "B", "cm:audience-1:add:1"),
    ("SHARE_AFTER_WITHDRAWAL", "C", "cm:audience-1:add:2"),
    ("MSG_AFTER_OPT_OUT", "E", "sg:e-again"),
}
"""Code, customer, event: all that is to be found. A and D are innocent, and so are the others."""

DUTIES = {("C", "GOOGLE", "cm:audience-1:add:2", DutyStatus.DUE)}
"""Google must be notified that C's share was unlawful."""

EVENTS = {
    ("consent-change", "crm:a-given", "A"),
    ("consent-change", "crm:c-given", "C"),
    ("consent-change", "crm:c-withdrawn", "C"),
    ("consent-change", "crm:c-withdrawn", "C by mail"),
    ("consent-change", "sg:e-left", "E"),
    ("consent-change", "sg:e-left", "E by mail"),
    ("purchase", "shop:d-1:PLACED", "D"),
    ("purchase", "shop:e-1:PLACED", "E"),
    ("data-share", "cm:audience-1:add:0", "A"),
    ("data-share", "cm:audience-1:add:1", "B"),
    ("data-share", "cm:audience-1:add:2", "C"),
    ("marketing-message", "sg:d-mail", "D"),
    ("marketing-message", "sg:e-mail", "E"),
    ("marketing-message", "sg:e-again", "E"),
}
"""What the systems said of the five, as events: a "no" stands under every key of a person."""


@pytest.fixture
def house(kafka: str, unique: str, tmp_path: Path) -> Iterator[House]:
    with apicurio() as registry, house_of(kafka, unique, tmp_path, registry) as one:
        yield one


def test_the_story_of_a_retailer(house: House) -> None:
    settings = house.bus.settings
    [brokers], registry = settings.brokers, settings.registry_url
    assert registry is not None
    systems = Producers(brokers, house.prefix, registry, house.folder)
    systems.people(EVERYBODY)
    systems.flush()
    require_the_odd_word_is_known_before(house)
    receive = house.start("receive")
    worker = house.start("worker", instance_id="w1")
    deliver = house.start("deliver", "--from", "earliest", instance_id="d1")
    tool = MailTool(receive.wait_for("receive.ready", seconds=PATIENCE_S)["address"])
    play(house, systems, tool)
    until(lambda: house.waiting() == 0 or None, "all is mapped", PATIENCE_S)
    house.bus.settle(worker, PATIENCE_S)
    require_each_event_once(house)
    require_one_reject(house)
    comes_to(lambda: found(house), FINDINGS, worker)
    assert duties(house) == DUTIES
    comes_to(lambda: delivered(house), FINDINGS, deliver)
    verified = house.run("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    stop_all(house)
    require_no_address_in_any_log(house)


def require_the_odd_word_is_known_before(house: House) -> None:
    """`ingest check` names what the schemas of the registry allow and no map has a word for."""
    checked = house.run("ingest", "check")
    assert checked.returncode == 1, checked.stdout + checked.stderr
    lacking = [line for line in checked.stdout.splitlines() if "has no word" in line]
    assert len(lacking) == 1
    assert "UNDER_REVIEW" in lacking[0]
    assert f"{house.prefix}.retail.shop.orders-value has all" in checked.stdout


def play(house: House, systems: Producers, tool: MailTool) -> None:
    """Everything is sent while ingest works, and one of its instances is killed twice."""
    drawn = random.Random()
    early, middle, late = thirds()
    mails = systems.others(early) + systems.story()
    assert tool.refused(mails[:1])
    tool.post(mails)
    first, second = house.ingest("i1"), house.ingest("i2")
    for one in (first, second):
        one.wait_for("ingest.ready", seconds=PATIENCE_S)
    for some in (middle, late):
        mails = systems.others(some)
        tool.post(mails[:POST])
        time.sleep(drawn.uniform(0, 0.4))
        first.kill()
        first = house.ingest("i1")
        tool.post(mails[POST:])
        first.wait_for("ingest.assigned", seconds=PATIENCE_S)
    systems.flush()


def thirds() -> list[tuple[Customer, ...]]:
    """The others, by when they are heard of; an upload has the list of one third."""
    size = len(OTHERS) // 3
    return [OTHERS[size * n : size * (n + 1)] for n in range(3)]


def comes_to(look: Callable[[], object], wanted: object, process: WorkerProcess) -> None:
    """Wait until it is so; else show what it is."""
    with suppress(AssertionError):
        until(lambda: look() == wanted or None, "it is so", worker=process)
    assert look() == wanted


def require_each_event_once(house: House) -> None:
    """On the input topics, under the right keys, without an address."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for kind in EventType:
        for record in house.bus.read(house.bus.names.inputs[kind]):
            assert b"example.nl" not in record.value
            decoded = decode(record.value, kind)
            assert isinstance(decoded, Decoded)
            event = decoded.event
            assert record.key == subject_key(event.controller_id, event.subject_id)
            seen[kind.value, event.event_id, NAMES[event.subject_id]] += 1
    usual = {
        (kind, event_id, one.name)
        for some in thirds()
        for place, one in enumerate(some)
        for kind, event_id in (
            ("consent-change", f"crm:given-{one.number}"),
            ("purchase", f"shop:order-{one.number}:PLACED"),
            ("marketing-message", f"sg:mail-{one.number}"),
            ("data-share", f"cm:audience-{some[0].number}:add:{place}"),
        )
    }
    assert set(seen) == EVENTS | usual
    assert set(seen.values()) == {1}


def require_one_reject(house: House) -> None:
    """The record of the CRM that its map has no word for, as it was, with the reason."""
    [reject] = house.bus.read(house.bus.names.ingest_rejects)
    headers = {name.removeprefix(PREFIX): value.decode() for name, value in reject.headers}
    assert headers["source"] == "crm"
    assert headers["topic"] == f"{house.prefix}.retail.crm.consent.v1"
    assert headers["reason"] == "top.state: the map has no word for the value"
    assert reject.key == b"KL-0000002"
    assert b"b-odd" in reject.value
    assert house.bus.dead_letters() == []
    assert house.bus.dead_letters(quarantine=True) == []


def found(house: House) -> set[tuple[str, str, str]]:
    """What stands on the topic of violations at the end."""
    standing = house.bus.net()
    return {
        (one.code, NAMES[str(one.subject_id)], one.event_id)
        for one in house.bus.findings()
        if (one.event_id, one.code, one.violation_id) in standing
    }


def duties(house: House) -> set[tuple[str, str, str, DutyStatus]]:
    return {
        (NAMES[one.subject_id], one.recipient_id, one.trigger_event_id, one.status)
        for one in house.bus.duties().values()
    }


def delivered(house: House) -> set[tuple[str, str, str]]:
    """The findings that are open by the last line that the deliverer wrote of each."""
    if not house.findings_file.exists():
        return set()
    last = {}
    for line in house.findings_file.read_text().splitlines():
        one = json.loads(line)
        if one["consentry.kind"] == "finding":
            last[one["consentry.id"]] = one
    return {
        (one["consentry.code"], NAMES[one["consentry.subject_id"]], one["consentry.event_id"])
        for one in last.values()
        if one["consentry.open"]
    }


def stop_all(house: House) -> None:
    """Each process that still runs ends tidily."""
    running = [one for one in house.processes if one.process.poll() is None]
    assert len(running) == len({"receive", "worker", "deliver", "i1", "i2"})
    for one in running:
        one.process.terminate()
    assert [one.process.wait(30) for one in running] == [0] * len(running), texts(running)


def require_no_address_in_any_log(house: House) -> None:
    text = texts(house.processes)
    for one in EVERYBODY:
        assert one.email not in text
        assert one.email.partition("@")[0] not in text
        assert one.number not in text


def texts(processes: list[WorkerProcess]) -> str:
    return "\n".join(one.text for one in processes)
