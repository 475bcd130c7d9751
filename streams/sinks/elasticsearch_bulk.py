"""The lines of a `_bulk` request, and what its answer says about each document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from streams.sinks.contract import DELIVERED, DUPLICATE, DeliveryResult, SinkDown
from streams.sinks.elasticsearch_removal import MAY_NOT, NOT_TO_DELETE
from streams.sinks.http_client import phrase, word
from streams.sinks.render import rejected, retry

CONFLICT: Final = retry("409 Conflict: it was deleted a moment ago", 20.0)
"""A newer revision is there, or Elasticsearch still knows the version of one that was deleted: it
does for `index.gc_deletes`, 60 seconds. Nothing is settled before it is known which."""

_NOT_THE_UPDATE: Final = (401, 403, 404)
"""An item is refused with these for what the index is or who we are, not for what it holds."""


def create(target: str, uid: str, document: Mapping[str, Any]) -> bytes:
    """A document under an id of its own; one that is there stays, which is a conflict."""
    return _two_lines({"create": {"_index": target, "_id": uid}}, document)


def replace_older(target: str, identity: str, revision: int, document: Mapping[str, Any]) -> bytes:
    """A document that replaces one of a lower revision, and no other."""
    place = {"_index": target, "_id": identity}
    version = {"version": revision, "version_type": "external"}
    return _two_lines({"index": place | version}, document)


def delete(target: str, identity: str) -> bytes:
    """One line: what to delete."""
    return msgspec.json.encode({"delete": {"_index": target, "_id": identity}}) + b"\n"


def look(target: str, identity: str) -> bytes:
    """A change of nothing: taken where the document is there, refused with 404 where it is not."""
    return _two_lines({"update": {"_index": target, "_id": identity}}, {"doc": {}})


def _two_lines(action: Mapping[str, Any], document: Mapping[str, Any]) -> bytes:
    """What to do, and the document."""
    return msgspec.json.encode(action) + b"\n" + msgspec.json.encode(document) + b"\n"


def items_of(answer: Mapping[str, Any], count: int) -> list[object]:
    """What an answer says of each document. Raises SinkDown where it is none to `count` of them."""
    items = answer.get("items")
    if not isinstance(items, list) or len(items) != count:
        raise SinkDown("the answer does not fit the request: is this a _bulk endpoint?")
    return items


def is_there(item: object) -> bool:
    """Whether a document that was looked for is there. Raises SinkDown where we may not look."""
    found = outcome(item, missing=CONFLICT)
    if isinstance(found, SinkDown):
        raise found
    return found.settled


def outcome(item: object, *, missing: DeliveryResult | None = None) -> DeliveryResult | SinkDown:
    """What became of one document; SinkDown where it was refused for no fault of its own.

    `missing` stands for 404, where that says that the document is not there. The reason is
    Elastic's name of the error: its text quotes the document.
    """
    (result,) = item.values() if isinstance(item, dict) and len(item) == 1 else ({},)
    deletes = isinstance(item, dict) and "delete" in item
    status = result.get("status") if isinstance(result, dict) else None
    if not isinstance(status, int):
        raise SinkDown("the answer has an item without a status")
    if 200 <= status < 300 or (deletes and status == 404):
        return DELIVERED
    if deletes and status in NOT_TO_DELETE:
        return rejected(f"{phrase(status)}: {MAY_NOT}")
    if status == 404 and missing is not None:
        return missing
    if status == 409:
        if deletes:
            return retry(phrase(status))
        return CONFLICT if isinstance(item, dict) and "index" in item else DUPLICATE
    error = result.get("error")
    kind = word(error.get("type")) if isinstance(error, dict) else ""
    reason = f"{phrase(status)}{': ' if kind else ''}{kind}"
    if status in _NOT_THE_UPDATE:
        return SinkDown(
            reason, "Check the index template and what the credentials may do.", lasting=True
        )
    if status == 429 or status >= 500:
        return retry(reason)
    return rejected(reason)
