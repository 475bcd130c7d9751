"""Deleting from a data stream what was published about a person who has left: by query.

A data stream takes no deletion by id, and holds a document for each revision; all of them
bear the identity of the finding or duty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from streams.sinks.contract import DELIVERED, DeliveryResult
from streams.sinks.http_client import HttpClient, Reply, phrase, raise_unless_answered
from streams.sinks.render import rejected, retry

NOT_TO_DELETE: Final = (403, 404, 405)
"""A removal is refused with these where we may not delete, or there is nothing to delete in."""

MAY_NOT: Final = "this sink may not delete"

IDENTITY: Final = {"ecs": "event.id", "ocsf": "finding_info.uid", "flat": "consentry.id"}
"""The field of a document that holds the identity, by format."""


async def delete_by_query(
    client: HttpClient, url: str, headers: Mapping[str, str], field: str, ids: Sequence[str]
) -> DeliveryResult:
    """Delete every document of these identities from the stream at a URL. Raises SinkDown."""
    # What was written a moment ago is not found by a query before this.
    refreshed = await _ask(client, f"{url}/_refresh", headers, b"")
    if refreshed.status == 404:
        return DELIVERED  # there is no such stream, and nothing in it
    # A mapping of one's own may hold it as text, with a keyword beside it.
    found = [{"terms": {name: ids}} for name in (field, f"{field}.keyword")]
    query = {"query": {"bool": {"should": found, "minimum_should_match": 1}}}
    body = msgspec.json.encode(query)
    reply = await _ask(client, f"{url}/_delete_by_query?conflicts=proceed", headers, body)
    if reply.status == 404:
        return DELIVERED
    if not reply.ok:
        return rejected(f"{phrase(reply.status)}: {MAY_NOT}")
    answer = reply.json()
    if answer.get("timed_out") or answer.get("failures") or answer.get("version_conflicts"):
        return retry("not all of it was deleted")
    return DELIVERED


async def _ask(client: HttpClient, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
    given = {**headers, "Content-Type": "application/json"}
    reply = await client.ask("POST", url, body=body, headers=given)
    if reply.status not in NOT_TO_DELETE:
        raise_unless_answered(reply)
    return reply
