"""`_bulk`: an outcome for each document, once by id, and the newest revision where one stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from streams.sinks import http_client
from streams.sinks.contract import DeliveryStatus, SinkDown
from streams.sinks.elasticsearch import ElasticsearchOptions
from tests.sinks.loads import MARK, in_loop, updates
from tests.sinks.siem_receivers import BulkReceiver

TEMPLATES = Path(__file__).parents[2] / "integrations" / "elastic"


def options(receiver: BulkReceiver, **changes: Any) -> ElasticsearchOptions:
    return ElasticsearchOptions.model_validate(
        {"type": "elasticsearch", "url": receiver.url, **changes}
    )


@in_loop
async def test_a_document_a_revision_in_two_data_streams() -> None:
    async with BulkReceiver() as receiver:
        sink = options(receiver, namespace="prod").open()
        given = updates()
        outcomes = await sink.send(given)
        assert {one.verdict for one in outcomes} == {DeliveryStatus.DELIVERED}
        again = await sink.send(given)
        assert {one.verdict for one in again} == {DeliveryStatus.DUPLICATE}
        await sink.close()
        assert {index for index, _ in receiver.documents} == {
            "logs-consentry.violation-prod",
            "logs-consentry.duty-prod",
        }
        for (index, uid), document in receiver.documents.items():
            assert index == "-".join(document["data_stream"].values())
            assert uid == f"{document['event']['id']}:{document['event']['sequence']}"


@in_loop
async def test_the_newest_revision_stays_whatever_comes_late() -> None:
    async with BulkReceiver() as receiver:
        sink = options(receiver, mode="latest").open()
        given = updates()
        await sink.send(given[-1:])
        late = await sink.send(given)
        await sink.close()
        assert {one.verdict for one in late} <= {DeliveryStatus.DELIVERED, DeliveryStatus.DUPLICATE}
        newest = {update.identity: update.record.revision for update in given}
        assert {uid for _, uid in receiver.documents} == set(newest)
        for (index, uid), document in receiver.documents.items():
            assert index == "consentry-latest"
            assert document["consentry"]["revision"] == newest[uid]


@in_loop
async def test_each_document_has_an_outcome_of_its_own() -> None:
    async with BulkReceiver() as receiver:
        given = updates(findings=4, duties=0)
        receiver.refuse = {
            f'"{given[1].uid}"': (400, "document_parsing_exception"),
            f'"{given[2].uid}"': (429, "es_rejected_execution_exception"),
            f'"{given[3].uid}"': (403, "cluster_block_exception"),
        }
        sink = options(receiver).open()
        outcomes = await sink.send(given)
        assert outcomes[0].verdict is DeliveryStatus.DELIVERED
        assert outcomes[1].verdict is DeliveryStatus.REJECTED
        assert outcomes[1].reason == "400 Bad Request: document_parsing_exception"
        assert outcomes[2].verdict is outcomes[3].verdict is DeliveryStatus.RETRY
        # Later revisions of those two wait, and of the other two do not.
        assert [one.verdict for one in outcomes[4:8]] == [
            DeliveryStatus.DELIVERED,
            DeliveryStatus.DELIVERED,
            DeliveryStatus.RETRY,
            DeliveryStatus.RETRY,
        ]
        assert MARK not in "".join(one.reason for one in outcomes)
        receiver.refuse.clear()
        rest = [given[at] for at, one in enumerate(outcomes) if not one.settled]
        assert all(one.settled for one in await sink.send(rest))
        await sink.close()
        taken = {uid for _, uid in receiver.documents}
        assert taken == {update.uid for update in given} - {given[1].uid}


@in_loop
async def test_refused_as_a_whole_for_what_the_index_is() -> None:
    async with BulkReceiver() as receiver:
        receiver.refuse = {"": (404, "index_not_found_exception")}
        sink = options(receiver).open()
        with pytest.raises(SinkDown, match="index_not_found_exception") as caught:
            await sink.send(updates())
        await sink.close()
        assert caught.value.lasting


@in_loop
async def test_a_request_that_is_too_large_is_halved() -> None:
    async with BulkReceiver() as receiver:
        receiver.longest_request = 12_000
        sink = options(receiver, compress=False).open()
        given = updates(findings=6)
        outcomes = await sink.send(given)
        await sink.close()
        assert {one.verdict for one in outcomes} == {DeliveryStatus.DELIVERED}
        assert {uid for _, uid in receiver.documents} == {update.uid for update in given}


@pytest.mark.parametrize("mode", ["data_stream", "latest"])
@in_loop
async def test_a_request_whose_answer_is_too_large_is_halved(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """This receiver does not know `filter_path`, and quotes what it refuses."""
    given = updates(findings=30)
    async with BulkReceiver() as receiver:
        sink = options(receiver, mode=mode).open()
        assert {one.verdict for one in await sink.send(given)} == {DeliveryStatus.DELIVERED}
        assert receiver.requests[-1].query["filter_path"].split(",")[0] == "errors"
        receiver.refuse = {f'"{given[0].identity}': (400, "mapper_parsing_exception")}
        monkeypatch.setattr(http_client, "LONGEST_ANSWER", 12_000)
        again = await sink.send(given)
        monkeypatch.setattr(http_client, "LONGEST_ANSWER", 100)
        with pytest.raises(SinkDown, match="the answer is too large"):
            await sink.send(given)
        await sink.close()
    mine = [one.identity == given[0].identity for one in given]
    assert [one.verdict for one in again] == [
        DeliveryStatus.REJECTED if own else DeliveryStatus.DUPLICATE for own in mine
    ]


@pytest.mark.parametrize("form", get_args(ElasticsearchOptions.model_fields["format"].annotation))
@in_loop
async def test_each_format_has_a_template_that_the_check_accepts(form: str) -> None:
    files = {"ecs": "index-template.json"}.get(form, f"index-template-{form}.json")
    template = json.loads((TEMPLATES / files).read_text("utf-8"))
    index = None if form == "ecs" else f"consentry-{form}"
    if index is not None:
        assert index in template["index_patterns"]
    async with BulkReceiver() as receiver:
        sink = options(receiver, format=form, index=index).open()
        assert not all(one.ok for one in await sink.check())
        receiver.template = {"template": template["template"], "overlapping": []}
        assert all(one.ok for one in await sink.check())
        await sink.close()


@in_loop
async def test_the_check_looks_at_the_template_and_the_key() -> None:
    template = json.loads((TEMPLATES / "index-template.json").read_text("utf-8"))
    async with BulkReceiver() as receiver:
        receiver.api_key = "right"
        sink = options(receiver, api_key="right").open()
        assert [one.ok for one in await sink.check()] == [True, False, False]
        receiver.template = {"template": template["template"], "overlapping": []}
        assert [one.ok for one in await sink.check()] == [True, True, True]
        await sink.close()
        sink = options(receiver, api_key="wrong").open()
        assert [one.ok for one in await sink.check()] == [False]
        with pytest.raises(SinkDown, match="credentials"):
            await sink.send(updates())
        await sink.close()


def test_the_template_of_the_newest_is_that_of_the_streams() -> None:
    streams, latest = (
        json.loads((TEMPLATES / name).read_text("utf-8"))
        for name in ("index-template.json", "index-template-latest.json")
    )
    del streams["template"]["mappings"]["properties"]["data_stream"]
    assert latest["template"] == streams["template"]
    assert "data_stream" not in latest
    assert "consentry-latest" in latest["index_patterns"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"username": "u"}, "belong together"),
        ({"username": "u", "password": "p", "api_key": "k"}, "two ways"),
        ({"format": "ocsf"}, "index must be set"),
        ({"format": "flat", "mode": "latest"}, "index must be set"),
        ({"index": "Upper"}, "pattern"),
    ],
)
def test_what_does_not_go_together(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ElasticsearchOptions.model_validate(
            {"type": "elasticsearch", "url": "https://elastic:9200", **change}
        )
