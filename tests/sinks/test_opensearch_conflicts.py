"""A real OpenSearch answers 409: to an old revision behind a newer one, and to one behind a deletion."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Final
from urllib.error import HTTPError

import pytest

from streams.delivery.counts import SinkCounts, SinkStats
from streams.delivery.interrupt import Interrupt
from streams.delivery.sink_sender import SinkSender
from streams.sinks import elasticsearch_bulk, http_client
from streams.sinks.contract import DELIVERED, DUPLICATE, DeliveryResult, DeliveryStatus
from streams.sinks.elasticsearch import ElasticsearchOptions
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.sinks.render import retry
from tests.clients.opensearch.node import OpenSearch, opensearch
from tests.sinks.loads import in_loop, removal, updates

Load = FindingUpdate | Removal

FIRST, SECOND, THIRD, FOURTH = updates(findings=1, duties=0)
GONE: Final = removal(FIRST)
NUMBERS = count()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSearch]:
    """One for all, without templates: what 409 means does not depend on them."""
    with opensearch(tmp_path_factory.mktemp("opensearch")) as one:
        yield one


class Latest:
    """One index, and a sink of `mode = "latest"` that writes to it."""

    def __init__(self, node: OpenSearch, **changes: Any) -> None:
        self.node = node
        self.index = f"latest-{next(NUMBERS)}"
        table = {"type": "elasticsearch", "mode": "latest", "url": node.url, "index": self.index}
        self.options = ElasticsearchOptions.model_validate(table | changes)
        node.ask("PUT", self.index, {"settings": {"number_of_replicas": 0}})

    async def send(self, *loads: Load) -> Sequence[DeliveryResult]:
        """The outcomes of one attempt."""
        sink = self.options.open()
        try:
            return await sink.send(loads)
        finally:
            await sink.close()

    async def hand_over(self, *loads: Load) -> SinkCounts:
        """As the deliverer does, until each is settled; what became of them."""
        sender = SinkSender("latest", self.options.open(), self.options, SinkStats())

        async def reject(_place: int, reason: str) -> None:
            raise AssertionError(reason)

        sender.stats.counts.read += len(loads)
        try:
            async with asyncio.timeout(30):
                outcomes = await sender.hand_over(loads, Interrupt(), reject)
        finally:
            await sender.close()
        assert all(one is not None and one.settled for one in outcomes)
        assert sender.stats.counts.pending == 0
        return sender.stats.counts

    def there(self, load: Load = FIRST) -> tuple[int, int, int] | None:
        """The revision, the version and the change number of a document; None: there is none."""
        try:
            got = self.node.ask("GET", f"{self.index}/_doc/{load.identity}")
        except HTTPError as error:
            if error.code != 404:
                raise
            return None
        return got["_source"]["consentry"]["revision"], got["_version"], got["_seq_no"]

    def remember_deletes(self, duration: str) -> None:
        """For how long it knows the version of what it has deleted; 60 s as it comes."""
        self.node.ask("PUT", f"{self.index}/_settings", {"index.gc_deletes": duration})


@in_loop
async def test_an_old_revision_replaces_none_that_is_newer(node: OpenSearch) -> None:
    latest = Latest(node)
    assert await latest.send(THIRD) == [DELIVERED]
    before = latest.there()
    assert before is not None
    assert before[:2] == (3, 3)
    # Behind it, and the same again; and in a batch with what is new.
    assert await latest.send(FIRST, SECOND, THIRD) == [DUPLICATE] * 3
    assert latest.there() == before, "to look whether it is there changes nothing"
    assert await latest.send(SECOND, FOURTH, FIRST) == [DUPLICATE, DELIVERED, DUPLICATE]
    after = latest.there()
    assert after is not None
    assert after[:2] == (4, 4)
    counts = await latest.hand_over(FIRST, SECOND, THIRD, FOURTH)
    assert (counts.delivered, counts.duplicate, counts.retried) == (0, 4, 0)
    assert latest.there() == after


@pytest.mark.parametrize("before", [(FIRST, SECOND), ()], ids=["it was there", "it never was"])
@in_loop
async def test_who_comes_back_within_gc_deletes_waits_and_is_not_lost(
    node: OpenSearch, before: Sequence[Load]
) -> None:
    """A deletion is a version too, also of what was never there."""
    latest = Latest(node)
    other = updates(findings=2, duties=0)[1]
    assert await latest.send(*before, GONE, FIRST, other) == [
        *[DELIVERED] * len(before), DELIVERED, elasticsearch_bulk.CONFLICT, DELIVERED,
    ]  # fmt: skip
    assert latest.there() is None
    held, *_ = await latest.send(FIRST, other)
    assert held.verdict is DeliveryStatus.RETRY
    assert held.reason == "409 Conflict: it was deleted a moment ago"
    latest.remember_deletes("10ms")
    await asyncio.sleep(0.5)
    assert await latest.send(FIRST, other) == [DELIVERED, DUPLICATE]
    found = latest.there()
    assert found is not None
    assert found[:2] == (1, 1)


@in_loop
async def test_the_deliverer_waits_for_it_and_counts_it_once(
    node: OpenSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = retry(elasticsearch_bulk.CONFLICT.reason, 0.5)
    monkeypatch.setattr(elasticsearch_bulk, "CONFLICT", soon)
    latest = Latest(node)
    latest.remember_deletes("2s")
    counts = await latest.hand_over(FIRST, SECOND, GONE, FIRST)
    assert (counts.delivered, counts.duplicate, counts.removed) == (3, 0, 1)
    assert counts.retried >= 2
    found = latest.there()
    assert found is not None
    assert found[0] == 1


@in_loop
async def test_a_batch_with_a_deletion_that_is_sent_again_is_settled_at_once(
    node: OpenSearch,
) -> None:
    """Its answer was lost: each further deletion of nothing would be remembered for a minute more."""
    latest = Latest(node)
    other = updates(findings=2, duties=0)[1]
    batch = FIRST, other, SECOND, THIRD, GONE
    assert await latest.send(*batch) == [DELIVERED] * 5
    counts = await latest.hand_over(*batch)
    assert (counts.delivered, counts.duplicate, counts.removed) == (0, 4, 1)
    assert counts.retried == 0
    assert latest.there() is None
    assert latest.there(other) is not None
    # Who came back in it waits; what stands before the deletion does not.
    again = await latest.send(FIRST, GONE, SECOND)
    assert again == [DUPLICATE, DELIVERED, elasticsearch_bulk.CONFLICT]


@in_loop
async def test_a_stream_takes_again_what_it_has_deleted(node: OpenSearch) -> None:
    """There 409 says that this revision is there, and nothing else."""
    stream = Latest(node, mode="data_stream")
    assert await stream.send(FIRST, SECOND) == [DELIVERED] * 2
    assert await stream.send(SECOND, THIRD, FIRST) == [DUPLICATE, DELIVERED, DUPLICATE]
    assert await stream.send(GONE, FIRST) == [DELIVERED] * 2
    found = node.found(stream.index, {"match_all": {}})
    assert [one["event"]["sequence"] for one in found] == [1]


@pytest.mark.parametrize("mode", ["latest", "data_stream"])
@in_loop
async def test_an_answer_has_what_is_read_of_it_and_no_more(
    node: OpenSearch, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    """Refused items quote what was sent; 10,000 of them are more than an answer may have."""
    monkeypatch.setattr(http_client, "LONGEST_ANSWER", 20_000)
    latest = Latest(node, mode=mode)
    given = updates(findings=50, duties=0)
    answers = []
    ask = http_client.HttpClient.ask

    async def noted(*args: Any, **kwargs: Any) -> http_client.Reply:
        answers.append(await ask(*args, **kwargs))
        return answers[-1]

    monkeypatch.setattr(http_client.HttpClient, "ask", noted)
    assert await latest.send(*given) == [DELIVERED] * len(given)
    assert await latest.send(*given) == [DUPLICATE] * len(given)
    assert all(one.whole for one in answers)
    assert b"reason" not in b"".join(one.body for one in answers)
    assert max(len(one.body) for one in answers) < 100 * len(given)
