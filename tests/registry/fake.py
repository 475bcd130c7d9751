"""A schema registry by hand: the answers of Confluent's interface, and faults on command."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from tests.sinks.http_receiver import HttpReceiver


class FakeRegistry(HttpReceiver):
    """Keeps schemas by id and by subject."""

    def __init__(self) -> None:
        super().__init__()
        self.schemas: dict[int, dict[str, Any]] = {}
        self.subjects: dict[str, list[int]] = {}
        self.guids: dict[str, int] = {}
        """Ids by GUID; where it is empty the registry has no such path."""
        self.late: dict[int, int] = {}
        """How often an id is not known yet, as on a replica."""

    def add(
        self,
        text: str,
        kind: str = "AVRO",
        references: list[dict[str, Any]] | None = None,
        subject: str = "some-value",
        schema_id: int | None = None,
    ) -> int:
        """Register a schema; returns its id."""
        number = max(self.schemas, default=0) + 1 if schema_id is None else schema_id
        found: dict[str, Any] = {"schema": text}
        if kind != "AVRO":
            found["schemaType"] = kind
        if references:
            found["references"] = references
        self.schemas[number] = found
        self.subjects.setdefault(subject, []).append(number)
        return number

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        segments = [unquote(part) for part in request.rel_url.raw_path.strip("/").split("/")]
        match segments, request.method:
            case ["schemas", "ids", number], "GET":
                return self._by_id(int(number))
            case ["schemas", "guids", guid], "GET" if self.guids:
                return self._by_id(self.guids.get(guid, 0))
            case ["subjects", subject, "versions", version], "GET":
                known = self.subjects.get(subject, [])
                wanted = len(known) if version == "latest" else int(version)
                return _missing(40401) if not known else self._by_version(subject, wanted)
            case ["subjects", subject, "versions"], "POST":
                return web.json_response(
                    {"id": self.add(json.loads(body)["schema"], subject=subject)}
                )
            case ["subjects", subject], "POST":
                return self._look_up(subject, json.loads(body)["schema"])
            case _:
                pass
        return web.Response(status=404, text="<html>nothing here</html>")

    def _by_id(self, number: int) -> web.StreamResponse:
        if self.late.get(number, 0) > 0:
            self.late[number] -= 1
            return _missing(40403)
        found = self.schemas.get(number)
        return _missing(40403) if found is None else web.json_response(found)

    def _by_version(self, subject: str, version: int) -> web.StreamResponse:
        ids = self.subjects.get(subject, [])
        if not 0 < version <= len(ids):
            return _missing(40402)
        number = ids[version - 1]
        if self.late.get(number, 0) > 0:
            self.late[number] -= 1
            return _missing(40402)
        answer = {"subject": subject, "version": version, "id": number, **self.schemas[number]}
        return web.json_response(answer)

    def _look_up(self, subject: str, text: str) -> web.StreamResponse:
        if subject not in self.subjects:
            return _missing(40401)
        for version, number in enumerate(self.subjects[subject], 1):
            if json.loads(self.schemas[number]["schema"]) == json.loads(text):
                return web.json_response({"subject": subject, "version": version, "id": number})
        return _missing(40403)


def _missing(code: int) -> web.StreamResponse:
    return web.json_response({"error_code": code, "message": "not found"}, status=404)


def framed(schema_id: int, body: bytes, id_bytes: int = 4) -> bytes:
    """A value as a registry's serializer writes it."""
    return b"\0" + schema_id.to_bytes(id_bytes, "big") + body
