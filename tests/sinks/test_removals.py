"""When a person leaves, receivers that can delete do, and the others are named."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from streams.sinks.contract import DELIVERED, DUPLICATE, DeliveryStatus, SinkDown
from streams.sinks.elasticsearch import ElasticsearchOptions
from streams.sinks.kinds import KINDS
from tests.sinks.benches import HERE, bench, kind_of
from tests.sinks.loads import MARK, in_loop, removal, updates
from tests.sinks.siem_receivers import BulkReceiver

PAGE = Path(__file__).parents[2] / "docs" / "sinks.md"
REMOVING = [kind for kind in HERE if KINDS[kind_of(kind)].removes]
"""Kafka does too, and has a real broker of its own (test_kafka.py)."""


def left_of(receiver: BulkReceiver) -> set[str]:
    """The identities of all documents that are left."""
    return {document["event"]["id"] for document in receiver.documents.values()}


@pytest.mark.parametrize("kind", REMOVING)
@in_loop
async def test_every_revision_of_who_left_is_gone_and_nobody_elses(
    kind: str, tmp_path: Path
) -> None:
    given = updates(findings=3, duties=2)
    gone = [removal(given[0]), removal(given[3])]
    assert [one.duty for one in gone] == [False, True]
    async with bench(kind, tmp_path) as here:
        receiver = here.receiver
        assert isinstance(receiver, BulkReceiver)
        sink = here.options.open()
        # In one batch with what comes before it, and alone; once more; and of nobody known.
        outcomes = await sink.send([*given, gone[0]])
        outcomes = [*outcomes, *await sink.send(gone), *await sink.send(gone)]
        await sink.close()
    assert {one.verdict for one in outcomes} == {DeliveryStatus.DELIVERED}
    assert left_of(receiver) == {one.identity for one in given} - {one.identity for one in gone}


@pytest.mark.parametrize("kind", REMOVING)
@in_loop
async def test_who_comes_back_after_it_is_there(kind: str, tmp_path: Path) -> None:
    given = updates(findings=1, duties=0)
    async with bench(kind, tmp_path) as here:
        receiver = here.receiver
        assert isinstance(receiver, BulkReceiver)
        receiver.gc_deletes_s = 0.2
        sink = here.options.open()
        *_, last = await sink.send([*given, removal(given[0]), given[0]])
        while not last.settled:
            assert last.retry_after_s
            await asyncio.sleep(0.05)
            (last,) = await sink.send([given[0]])
        await sink.close()
    assert last == DELIVERED
    assert [one["consentry"]["revision"] for one in receiver.documents.values()] == [1]


@in_loop
async def test_what_was_deleted_a_moment_ago_is_not_taken_for_newer() -> None:
    """Elasticsearch knows the version of what it has deleted for a minute, also of what it never had."""
    first, *later = updates(findings=1, duties=0)
    other = updates(findings=2, duties=0)[1]
    async with BulkReceiver() as receiver:
        made = {"type": "elasticsearch", "url": receiver.url, "mode": "latest"}
        sink = ElasticsearchOptions.model_validate(made).open()
        await sink.send([*later, removal(first)])
        held = await sink.send([first, other])
        receiver.refuse = {'"update"': (403, "security_exception")}
        with pytest.raises(SinkDown):
            await sink.send([first])
        receiver.refuse, receiver.gc_deletes_s = {}, 0.0
        taken = await sink.send([first, other])
        again = await sink.send([*later, first])
        await sink.close()
    assert [one.verdict for one in held] == [DeliveryStatus.RETRY, DeliveryStatus.DELIVERED]
    assert taken == [DELIVERED, DUPLICATE]
    assert again == [DELIVERED] * len(later) + [DUPLICATE]


@in_loop
async def test_a_batch_with_a_removal_that_is_sent_again_does_not_wait_for_itself() -> None:
    """Each deletion is remembered, also of nothing: an update before it would wait for ever."""
    given = updates(findings=2, duties=0)
    gone = removal(given[0])
    batch = [*given, gone]
    async with BulkReceiver() as receiver:
        made = {"type": "elasticsearch", "url": receiver.url, "mode": "latest"}
        sink = ElasticsearchOptions.model_validate(made).open()
        assert await sink.send(batch) == [DELIVERED] * len(batch)
        again = await sink.send(batch)
        receiver.refuse = {'"delete"': (429, "es_rejected_execution_exception")}
        refused = await sink.send([given[0], gone])
        await sink.close()
    assert again == [DUPLICATE] * len(given) + [DELIVERED]
    assert left_of(receiver) == {given[1].identity}
    assert not any(one.settled for one in refused), "as long as it is not deleted behind it"


@pytest.mark.parametrize("kind", REMOVING)
@in_loop
async def test_a_receiver_that_never_had_anything_has_nothing_to_delete(
    kind: str, tmp_path: Path
) -> None:
    async with bench(kind, tmp_path) as here:
        sink = here.options.open()
        assert await sink.send([removal(one) for one in updates()[:3]]) == [DELIVERED] * 3
        await sink.close()


@pytest.mark.parametrize("mode", ["data_stream", "latest"])
@in_loop
async def test_credentials_that_may_not_delete_hold_nothing_up(mode: str) -> None:
    """The removal is a dead letter, which an alert reports; findings go on."""
    given = updates(findings=2, duties=0)
    async with BulkReceiver() as receiver:
        made = {"type": "elasticsearch", "url": receiver.url, "mode": mode}
        sink = ElasticsearchOptions.model_validate(made).open()
        await sink.send(given[:1])
        receiver.never_deletes = True
        receiver.refuse = {'"delete"': (403, "security_exception")}
        outcomes = await sink.send([removal(given[0]), given[1]])
        await sink.close()
    assert [one.verdict for one in outcomes] == [DeliveryStatus.REJECTED, DeliveryStatus.DELIVERED]
    assert outcomes[0].reason == "403 Forbidden: this sink may not delete"
    assert MARK not in outcomes[0].reason


def test_the_page_names_every_kind_as_it_is() -> None:
    text = PAGE.read_text("utf-8")
    part = text[text.index("## When a person leaves") :]
    part = part[: part.index("\n## ", 5)]
    named = dict(re.findall(r"^\| `([a-z_]+)` \| (yes|no) \|", part, re.MULTILINE))
    assert named == {kind: "yes" if made.removes else "no" for kind, made in KINDS.items()}
