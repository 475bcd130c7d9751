"""Receivers that stand in for SIEMs: they enforce what these publish, and remember what they took."""

from __future__ import annotations

import json
import time
from math import inf
from typing import Any

from aiohttp import web

from tests.sinks.http_receiver import HttpReceiver, json_answer


class HecReceiver(HttpReceiver):
    """Splunk's HEC with indexer acknowledgement, by its documented answers.

    An event whose text holds a word of `unreadable` fails the request with its number;
    `names_it` off, without. An acknowledgement comes at the second question for it, or
    `indexes_in_s` after the events did; it is given once. `begin_again` is what a restart does.
    """

    token = "0b7e1b6e-splunk"

    def __init__(self, *, acknowledges: bool = True) -> None:
        super().__init__()
        self.acknowledges = acknowledges
        self.unreadable: set[str] = set()
        self.names_it = True
        self.events: list[dict[str, Any]] = []
        self._asked: dict[tuple[str, int], int] = {}
        self._next = 0
        self.never_acknowledges = False
        self.indexes_in_s: float | None = None
        self.ack_fault: int | None = None
        self._taken_at: dict[tuple[str, int], float] = {}

    def begin_again(self) -> None:
        self._asked.clear()
        self._next = 0

    def uids(self) -> list[str]:
        return [event["fields"]["uid"] for event in self.events]

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if request.path == "/services/collector/health":
            return json_answer(200, {"text": "HEC is healthy", "code": 17})
        if request.headers.get("Authorization") != f"Splunk {self.token}":
            return json_answer(403, {"text": "Invalid token", "code": 4})
        channel = request.headers.get("X-Splunk-Request-Channel", "")
        if self.acknowledges and not channel:
            return json_answer(400, {"text": "Data channel is missing", "code": 10})
        if request.path == "/services/collector/ack":
            return self._ack(request.query["channel"], json.loads(body))
        if request.path != "/services/collector/event":
            return json_answer(404, {"text": "The requested URL was not found", "code": 404})
        if not body:
            return json_answer(400, {"text": "No data", "code": 5})
        return self._events(channel, body)

    def _events(self, channel: str, body: bytes) -> web.Response:
        decoder = json.JSONDecoder()
        text, at = body.decode(), 0
        events: list[dict[str, Any]] = []
        while at < len(text):
            event, at = decoder.raw_decode(text, at)
            while at < len(text) and text[at].isspace():
                at += 1
            number = len(events)
            assert isinstance(event["time"], str)
            assert all(not isinstance(value, (dict, list)) for value in event["fields"].values())
            if any(word in json.dumps(event) for word in self.unreadable):
                fault = {"text": f"Invalid data format {event}", "code": 6}
                if self.names_it:
                    fault["invalid-event-number"] = number
                return json_answer(400, fault)
            events.append(event)
        self.events += events
        answer: dict[str, Any] = {"text": "Success", "code": 0}
        if self.acknowledges:
            answer["ackId"] = self._next
            self._asked[channel, self._next] = 0
            self._taken_at[channel, self._next] = time.monotonic()
            self._next += 1
        return json_answer(200, answer)

    def _ack(self, channel: str, question: dict[str, list[int]]) -> web.Response:
        if not self.acknowledges:
            return json_answer(400, {"text": "ACK is disabled", "code": 14})
        if self.ack_fault is not None:
            return json_answer(self.ack_fault, {"text": "Server is busy", "code": 9})
        acks = {}
        for number in question["acks"]:
            place = (channel, number)
            asked = self._asked.get(place, -1)
            if asked >= 0:
                self._asked[place] = asked + 1
            indexed = asked >= 1
            if self.indexes_in_s is not None:
                indexed = asked >= 0 and (
                    time.monotonic() - self._taken_at[place] >= self.indexes_in_s
                )
            acks[str(number)] = indexed and not self.never_acknowledges
            if acks[str(number)]:
                del self._asked[place]
        return json_answer(200, {"acks": acks})


class BulkReceiver(HttpReceiver):
    """`_bulk` of Elasticsearch: create with 409, external versions, an outcome an item.

    `refuse` maps a word in a document to the status and type of the error of its item.
    """

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[tuple[str, str], dict[str, Any]] = {}
        self.versions: dict[tuple[str, str], int] = {}
        self.gc_deletes_s = 60.0
        """How long the version of what was deleted is remembered."""
        self.deleted_at: dict[tuple[str, str], float] = {}
        self.refuse: dict[str, tuple[int, str]] = {}
        self.never_deletes = False
        self.refreshed: set[tuple[str, str]] = set()
        self.longest_request = 50_000_000
        self.template: dict[str, Any] = {}
        self.api_key: str | None = None

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if self.api_key and request.headers.get("Authorization") != f"ApiKey {self.api_key}":
            return json_answer(401, {"error": {"type": "security_exception"}})
        if request.path == "/":
            return json_answer(
                200, {"version": {"number": "9.4.0"}, "tagline": "You Know, for Search"}
            )
        if request.path.startswith("/_index_template/_simulate_index/"):
            return json_answer(200, self.template)
        if request.path.endswith("/_mapping"):
            return json_answer(404, {"error": {"type": "index_not_found_exception"}})
        if request.path.endswith(("/_refresh", "/_delete_by_query")):
            return self._by_query(request.path, body)
        assert request.path == "/_bulk"
        assert request.content_type == "application/x-ndjson"
        if len(body) > self.longest_request:
            return web.Response(status=413)
        assert body.endswith(b"\n")
        lines = body[:-1].split(b"\n")
        items = []
        while lines:
            action = json.loads(lines.pop(0))
            document = {} if "delete" in action else json.loads(lines.pop(0))
            items.append(self._item(action, document))
        errors = any("error" in result for item in items for result in item.values())
        return json_answer(200, {"took": 1, "errors": errors, "items": items})

    def _item(self, action: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
        ((verb, meta),) = action.items()
        place = (meta["_index"], meta["_id"])
        for word, (status, kind) in self.refuse.items():
            if word in json.dumps([action, document]):
                error = {"type": kind, "reason": f"failed to parse {document}"}
                return {verb: {"status": status, "error": error}}
        conflict = {"type": "version_conflict_engine_exception", "reason": f"{place}"}
        if time.monotonic() - self.deleted_at.get(place, inf) > self.gc_deletes_s:
            del self.deleted_at[place], self.versions[place]
        if verb == "update":
            assert document == {"doc": {}}
            if place in self.documents:
                return {verb: {"status": 200, "result": "noop"}}
            error = {"type": "document_missing_exception", "reason": f"{place}"}
            return {verb: {"status": 404, "error": error}}
        if verb == "delete":
            self.versions[place] = self.versions.get(place, 0) + 1
            self.deleted_at[place] = time.monotonic()
            gone = self.documents.pop(place, None)
            return {verb: {"status": 404 if gone is None else 200, "result": "deleted"}}
        if verb == "create":
            assert document["@timestamp"]
            if place in self.documents:
                return {verb: {"status": 409, "error": conflict}}
        else:
            assert verb == "index"
            assert meta["version_type"] == "external"
            if meta["version"] <= self.versions.get(place, 0):
                return {verb: {"status": 409, "error": conflict}}
            self.versions[place] = meta["version"]
            self.deleted_at.pop(place, None)
        known = place in self.documents
        self.documents[place] = document
        return {verb: {"status": 200 if known else 201, "result": "created"}}

    def _by_query(self, path: str, body: bytes) -> web.Response:
        """A query finds what was refreshed; only keywords are compared as they are."""
        _, index, verb = path.split("/")
        if not any(name == index for name, _ in self.documents):
            return json_answer(404, {"error": {"type": "index_not_found_exception"}})
        if verb == "_refresh":
            self.refreshed = set(self.documents)
            return json_answer(200, {"_shards": {}})
        if self.never_deletes:
            return json_answer(
                403, {"error": {"type": "security_exception", "reason": f"{body!r}"}}
            )
        terms = [one["terms"] for one in json.loads(body)["query"]["bool"]["should"]]
        wanted = {(name, value) for one in terms for name, ids in one.items() for value in ids}
        gone = [
            place
            for place, document in self.documents.items()
            if place[0] == index
            and place in self.refreshed
            and any(place_of(document, name) == value for name, value in wanted)
        ]
        for place in gone:
            del self.documents[place]
        return json_answer(200, {"deleted": len(gone), "failures": [], "timed_out": False})


def place_of(document: dict[str, Any], name: str) -> Any:
    found: Any = document
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


class SentinelReceiver(HttpReceiver):
    """The Logs Ingestion API: columns by name, 1 MB a call, all of a call or nothing."""

    token = "entra-token"
    path = "/dataCollectionRules/dcr-00000000000000000000000000000001/streams/Custom-Consentry_CL"

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, Any]] = []
        self.unreadable: set[str] = set()

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return json_answer(403, {"error": {"code": "OperationFailed"}})
        if request.path != self.path or request.query["api-version"] != "2023-01-01":
            return json_answer(404, {"error": {"code": "NotFound"}})
        if len(body) > 1_048_576:
            return web.Response(status=413)
        rows = json.loads(body)
        for row in rows:
            fits = all(name.isidentifier() and len(name) <= 45 for name in row)
            if not fits or "TimeGenerated" not in row or row["consentry_uid"] in self.unreadable:
                return json_answer(400, {"error": {"code": "InvalidRecord", "message": f"{row}"}})
        self.rows += rows
        return web.Response(status=204)
