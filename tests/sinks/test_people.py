"""PagerDuty and Slack: one incident per group, texts that fit, and nothing that is a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.sinks.contract import DELIVERED, DeliveryStatus, SinkDown
from streams.sinks.pagerduty import dedup_key
from streams.sinks.slack import slack_message
from tests.sinks.benches import options
from tests.sinks.loads import alert, alerts, in_loop
from tests.sinks.people_receivers import PagerDutyReceiver, SlackReceiver


def port(receiver: PagerDutyReceiver | SlackReceiver) -> int:
    return int(receiver.url.rpartition(":")[2])


@in_loop
async def test_pagerduty_has_one_incident_a_group(tmp_path: Path) -> None:
    async with PagerDutyReceiver() as receiver:
        sink = options("pagerduty", tmp_path, port(receiver)).open()
        first, other, *_ = alerts()
        assert set(await sink.send(alerts())) == {DELIVERED}
        assert receiver.incidents == {first.key: "resolved", other.key: "triggered"}
        assert set(await sink.send([alert(version=4)])) == {DELIVERED}
        assert receiver.incidents[first.key] == "triggered"
        await sink.close()
        payload = receiver.events[0]["payload"]
        assert payload["severity"] == "error"
        assert payload["custom_details"]["Findings"] == "2 open of 3; 1 may still be withdrawn"
        assert next(iter(payload["custom_details"])) == "What to do first"
        assert receiver.events[0]["links"][0]["href"] == first.runbook_url


@in_loop
async def test_pagerduty_notifies_of_each_tenfold_and_a_resolve_closes_them_all(
    tmp_path: Path,
) -> None:
    async with PagerDutyReceiver() as receiver:
        sink = options("pagerduty", tmp_path, port(receiver)).open()
        grown = [alert(), alert(version=2), alert(version=3, growth=1), alert(version=4, growth=3)]
        assert set(await sink.send(grown)) == {DELIVERED}
        assert len(receiver.notified) == 3, "an update of the same size goes to the log"
        assert set(receiver.incidents.values()) == {"triggered"}
        over = alert(version=5, growth=3, state="resolved")
        assert set(await sink.send([over])) == {DELIVERED}
        assert set(receiver.incidents.values()) == {"resolved"}
        assert len(receiver.incidents) == 3, "one that was passed over was never there"
        assert set(await sink.send([alert(version=6)])) == {DELIVERED}
        assert len(receiver.notified) == 4
        await sink.close()


@in_loop
async def test_pagerduty_takes_long_texts_and_keys(tmp_path: Path) -> None:
    async with PagerDutyReceiver() as receiver:
        sink = options("pagerduty", tmp_path, port(receiver)).open()
        long = alert(key="k" * 1_000, summary="é" * 5_000, recipient_id=None)
        assert set(await sink.send([long])) == {DELIVERED}
        await sink.close()
    assert dedup_key("k" * 1_000) != dedup_key("k" * 1_001)


@in_loop
async def test_an_unknown_routing_key_is_no_fault_of_the_alert(tmp_path: Path) -> None:
    async with PagerDutyReceiver() as receiver:
        sink = options("pagerduty", tmp_path, port(receiver), routing_key="b" * 32).open()
        with pytest.raises(SinkDown, match="routing key") as caught:
            await sink.send(alerts())
        assert caught.value.lasting
        assert "b" * 32 not in caught.value.problem
        await sink.close()


@in_loop
async def test_an_event_that_pagerduty_refuses_is_rejected(tmp_path: Path) -> None:
    class Strict(PagerDutyReceiver):
        def _errors(self, event: dict[str, object]) -> list[str]:
            return [f"'payload' is one of {len(event)} and refused"]

    async with Strict() as receiver:
        sink = options("pagerduty", tmp_path, port(receiver)).open()
        outcomes = await sink.send(alerts())
        await sink.close()
    assert {one.verdict for one in outcomes} == {DeliveryStatus.REJECTED}
    assert {one.reason for one in outcomes} == {"400 Bad Request"}


@in_loop
async def test_slack_gets_one_message_per_alert(tmp_path: Path) -> None:
    async with SlackReceiver() as receiver:
        sink = options("slack", tmp_path, port(receiver)).open()
        assert set(await sink.send(alerts())) == {DELIVERED}
        await sink.close()
        assert len(receiver.messages) == 4
        assert receiver.messages[3]["text"].startswith("Resolved: ")


def test_nothing_in_a_slack_message_is_a_command() -> None:
    hostile = alert(
        summary="<!channel> <https://evil.example|click> & more",
        recipient_id="<@U123>",
        action="<!here>",
        waiver="<!everyone>",
        pseudonyms=("<!channel>",),
    )
    message = slack_message(hostile)
    header, *sections = message["blocks"]
    assert header["text"]["type"] == "plain_text"
    texts = [message["text"]]
    for section in sections:
        texts += [one["text"] for one in section.get("fields", [])]
        texts += [section["text"]["text"]] if "text" in section else []
    links = [text for text in texts if "<" in text]
    assert links == ["<https://example.org/runbook?a=1&amp;b=2|Runbook>"]


def test_slack_messages_fit() -> None:
    """The receiver of the tests checks the limits; this is the largest that there can be."""
    largest = alert(
        summary="<" * 5_000,
        action="&" * 10_000,
        title="t" * 5_000,
        waiver="w" * 5_000,
        citations=("c" * 300,) * 50,
        explanation="e" * 5_000,
        pseudonyms=("p" * 200,) * 50,
    )
    assert SlackReceiver()._fits(slack_message(largest))
    broken = slack_message(largest)
    broken["blocks"][0]["text"]["text"] = "x" * 151
    assert not SlackReceiver()._fits(broken)


@pytest.mark.parametrize(
    ("status", "said", "lasting"),
    [
        (404, "no_service", True),
        (410, "channel_is_archived", True),
        (403, "invalid_token", True),
        (403, "action_prohibited", True),
        (500, "rollup_error", False),
    ],
)
@in_loop
async def test_what_slack_says_of_its_webhook(
    tmp_path: Path, status: int, said: str, *, lasting: bool
) -> None:
    async with SlackReceiver() as receiver:
        receiver.says = (status, said)
        sink = options("slack", tmp_path, port(receiver)).open()
        with pytest.raises(SinkDown) as caught:
            await sink.send(alerts())
        await sink.close()
        assert caught.value.lasting is lasting
        assert (said in caught.value.problem) is lasting
        assert "/services/" not in caught.value.problem + caught.value.remedy


@in_loop
async def test_a_message_that_slack_refuses_is_rejected(tmp_path: Path) -> None:
    async with SlackReceiver() as receiver:
        receiver.says = (400, "invalid_payload")
        sink = options("slack", tmp_path, port(receiver)).open()
        outcomes = await sink.send(alerts())
        await sink.close()
    assert {one.verdict for one in outcomes} == {DeliveryStatus.REJECTED}
