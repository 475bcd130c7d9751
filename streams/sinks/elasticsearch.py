"""Elasticsearch and OpenSearch by `_bulk`: a document per revision, or the newest alone.

`data_stream`: each revision is created under its own `_id`; a conflict means that it is
there. Elasticsearch holds an `_id` once in each backing index of a stream, so after a rollover
what is sent again stands there twice. `latest`: one document per finding, with the revision as
external version, so that whatever arrives late never replaces something newer.

Of who has left, documents are deleted: in `latest` by their id, in a data stream by a query
for the identity, since there is one for each revision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, Literal, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from streams.sinks import elasticsearch_bulk as bulk
from streams.sinks.batch import UpdateBatch, in_time
from streams.sinks.contract import DELIVERED, DUPLICATE, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.elasticsearch_check import check_template
from streams.sinks.elasticsearch_removal import IDENTITY, delete_by_query
from streams.sinks.elasticsearch_requests import BulkRequests
from streams.sinks.finding_update import FindingUpdate, Removal
from streams.sinks.http_client import (
    HttpClient,
    HttpOptions,
    Reply,
    phrase,
    word,
)
from streams.sinks.options import HeaderSecret, UpdateOptions
from streams.sinks.render import as_object, rejected, retry

_NAME: Final = r"^[a-z0-9][a-z0-9._-]{0,199}$"


class ElasticsearchOptions(HttpOptions, UpdateOptions):
    """Elasticsearch or OpenSearch."""

    removes: ClassVar[bool] = True
    type: Literal["elasticsearch"] = Field(description="The kind of receiver.")
    url: str = Field(description="Up to the port: `https://elastic:9200`.")
    mode: Literal["data_stream", "latest"] = Field(
        "data_stream", description="A document per revision, or one per finding with the newest."
    )
    format: Literal["ecs", "ocsf", "flat"] = Field("ecs", description="How a document is written.")
    index: str | None = Field(
        None,
        pattern=_NAME,
        description="Data stream or index; unset: `logs-consentry.violation-NAMESPACE` and "
        "`logs-consentry.duty-NAMESPACE`, or `consentry-latest`.",
    )
    namespace: str = Field(
        "default", pattern=r"^[a-z0-9][a-z0-9._]{0,99}$", description="Namespace of data streams."
    )
    api_key: HeaderSecret | None = Field(None, description="An API key, as Elastic encodes it.")
    username: str | None = Field(None, min_length=1, description="User, with `password`.")
    password: HeaderSecret | None = Field(None, description="Password of the user.")
    compress: bool = Field(default=True, description="Send with gzip.")

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together")
        if self.api_key is not None and self.username is not None:
            raise ValueError("api_key and username are two ways to log in: leave one out")
        if self.index is None and self.format != "ecs":
            raise ValueError("index must be set for a format other than ecs")
        return self

    def target(self, kind: Literal["violation", "duty"]) -> str:
        """The data stream or index of findings (`violation`) or duties."""
        if self.index is not None:
            return self.index
        if self.mode == "latest":
            return "consentry-latest"
        return f"logs-consentry.{kind}-{self.namespace}"

    def headers(self) -> dict[str, str]:
        """What logs in."""
        if self.api_key is not None:
            return {"Authorization": f"ApiKey {self.api_key.get_secret_value()}"}
        if self.username is not None and self.password is not None:
            from aiohttp import BasicAuth

            auth = BasicAuth(self.username, self.password.get_secret_value(), "utf-8")
            return {"Authorization": auth.encode()}
        return {}

    def open(self) -> Sink[Any]:
        """The sink, not connected yet."""
        return ElasticsearchSink(self)


class ElasticsearchSink:
    """Bulk requests; each document has an outcome of its own."""

    def __init__(self, options: ElasticsearchOptions) -> None:
        self._options = options
        self._producer = options.producer
        self._client = HttpClient(options)
        self._base = options.url.rstrip("/")
        self._headers = options.headers()
        self._requests = BulkRequests(
            self._client,
            self._base,
            self._headers,
            max_bytes=options.batch_max_bytes,
            compress=options.compress,
        )

    async def send(self, loads: Sequence[FindingUpdate | Removal]) -> Sequence[DeliveryResult]:
        """Send the batch in requests of bounded size, removals between updates in their order."""
        batch = UpdateBatch([load.identity for load in loads])
        return await in_time(batch, self._send_all(loads, batch), self._options.timeout_s)

    async def _send_all(self, loads: Sequence[FindingUpdate | Removal], batch: UpdateBatch) -> None:
        by_query = self._options.mode == "data_stream"
        actions: list[tuple[int, bytes]] = []
        gone: list[tuple[int, Removal]] = []
        for at, load in enumerate(loads):
            if isinstance(load, Removal) and by_query:
                await self._send(actions, batch)
                actions = []
                gone.append((at, load))
                continue
            await self._remove(gone, batch)
            gone = []
            action = self._deletion(load) if isinstance(load, Removal) else self._action(load)
            if isinstance(action, DeliveryResult):
                batch.set(at, action)
            else:
                actions.append((at, action))
        await self._send(actions, batch)
        await self._remove(gone, batch)
        await self._look_again(loads, batch)

    async def check(self) -> Sequence[SinkCheck]:
        """Reach it, log in, and see that our index template applies to what we write."""
        try:
            reply = await self._client.ask("GET", f"{self._base}/", headers=self._headers)
        except SinkDown as down:
            return [SinkCheck(what="the receiver answers", ok=False, answer=down.problem)]
        version = reply.json().get("version")
        number = word(version.get("number")) if isinstance(version, dict) else ""
        response = f"{phrase(reply.status)}{', version ' if number else ''}{number}"
        checks = [
            SinkCheck(what="the receiver answers and lets us in", ok=reply.ok, answer=response)
        ]
        if reply.ok:
            kinds: tuple[Literal["violation", "duty"], ...] = ("violation", "duty")
            targets = dict.fromkeys(self._options.target(kind) for kind in kinds)
            for target in targets:
                where = self._client, self._base, self._headers
                checks.append(await check_template(*where, target, self._options.format))
        return checks

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    def _action(self, update: FindingUpdate) -> bytes | DeliveryResult:
        """Two lines: what to do, and the document."""
        options = self._options
        made = as_object(update, options.format, self._producer)
        if isinstance(made, DeliveryResult):
            return made
        target = self._target(update)
        if options.mode == "data_stream":
            if options.format == "ecs":
                made["data_stream"]["namespace"] = options.namespace
            return bulk.create(target, update.uid, made)
        # It names a data stream, and this document lies in none.
        made.pop("data_stream", None)
        return bulk.replace_older(target, update.identity, update.record.revision, made)

    def _deletion(self, removal: Removal) -> bytes:
        """One line: what to delete."""
        return bulk.delete(self._target(removal), removal.identity)

    def _target(self, load: FindingUpdate | Removal) -> str:
        return self._options.target("duty" if load.identity.startswith("duty:") else "violation")

    async def _remove(self, gone: Sequence[tuple[int, Removal]], batch: UpdateBatch) -> None:
        """Delete every revision, of findings and of duties by a query each."""
        for duty, target in ((False, self._options.target("violation")),
                             (True, self._options.target("duty"))):  # fmt: skip
            places = [(at, one.identity) for at, one in gone if one.duty is duty]
            if places:
                url = f"{self._base}/{quote(target, safe='')}"
                ids = [one for _, one in places]
                field = IDENTITY[self._options.format]
                outcome = await delete_by_query(self._client, url, self._headers, field, ids)
                for at, _ in places:
                    batch.set(at, outcome)

    async def _send(self, actions: Sequence[tuple[int, bytes]], batch: UpdateBatch) -> None:
        async for part, reply in self._requests.send([action for _, action in actions]):
            self._settle([at for at, _ in actions[part.start : part.stop]], reply, batch)

    def _settle(self, places: Sequence[int], reply: Reply, batch: UpdateBatch) -> None:
        """What one answer says of the loads at these places."""
        if not reply.ok:
            for at in places:
                batch.set(at, rejected(phrase(reply.status)))
            return
        answer = reply.json()
        if answer.get("errors") is False:
            for at in places:
                batch.set(at, DELIVERED)
            return
        outcomes = [bulk.outcome(item) for item in bulk.items_of(answer, len(places))]
        refused = [found for found in outcomes if isinstance(found, SinkDown)]
        if len(refused) == len(outcomes):
            raise refused[0]
        for at, found in zip(places, outcomes, strict=True):
            batch.set(at, retry(found.problem) if isinstance(found, SinkDown) else found)

    async def _look_again(
        self, loads: Sequence[FindingUpdate | Removal], batch: UpdateBatch
    ) -> None:
        """Whether what its version refuses is there; what is not is tried again later.

        What was deleted behind it in this batch has arrived: to try it again would delete it again,
        and each deletion is remembered for as long as the first.
        """
        places = batch.take_back(bulk.CONFLICT)
        deleted = {
            load.identity: at
            for at, load in enumerate(loads)
            if isinstance(load, Removal) and batch.is_delivered(at)
        }
        asked = []
        for at in places:
            if at < deleted.get(loads[at].identity, -1):
                batch.set(at, DUPLICATE)
            else:
                asked.append(at)
        lines = [bulk.look(self._target(loads[at]), loads[at].identity) for at in asked]
        async for part, reply in self._requests.send(lines):
            items = bulk.items_of(reply.json(), len(part))
            for at, item in zip(asked[part.start : part.stop], items, strict=True):
                batch.set(at, DUPLICATE if bulk.is_there(item) else bulk.CONFLICT)
