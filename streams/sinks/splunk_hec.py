"""Splunk's HTTP Event Collector, with indexer acknowledgement where the token has it.

Without acknowledgement, 200 means that Splunk accepted the events for its pipeline, and a
crash there may lose them. Splunk indexes what it gets: an event that is sent again is
indexed again, and searches dedupe by the indexed field `uid`.
"""

from __future__ import annotations

import asyncio
import gzip
import time
import uuid
from collections.abc import Sequence
from typing import Any, Final, Literal

from pydantic import Field

from streams.sinks.batch import UpdateBatch, chunks, ended_by
from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.http_client import (
    HttpClient,
    HttpOptions,
    Reply,
    raise_unless_answered,
)
from streams.sinks.options import HeaderSecret, UpdateOptions
from streams.sinks.render import rejected, retry
from streams.sinks.splunk_accepted import AcceptedEvents, indexed_of
from streams.sinks.splunk_codes import (
    BAD_EVENT,
    BAD_TOKEN,
    NO_CHANNEL,
    WRONG_INDEX,
    answer_of,
    code_of,
    no_acknowledgement,
)
from streams.sinks.splunk_event import hec_event

_POLL_S: Final = 0.25
_LONGEST_POLL_S: Final = 2.0


class SplunkHecOptions(HttpOptions, UpdateOptions):
    """Splunk's HTTP Event Collector."""

    type: Literal["splunk_hec"] = Field(description="The kind of receiver.")
    url: str = Field(description="Up to the port: `https://splunk:8088`.")
    token: HeaderSecret = Field(description="The token of the collector.")
    format: Literal["ocsf", "ecs", "flat"] = Field("ocsf", description="How an event is written.")
    index: str | None = Field(None, description="Index; unset: that of the token.")
    sourcetype: str | None = Field(
        None, min_length=1, description="Source type; unset: `consentry:` and the format."
    )
    source: str = Field("consentry", min_length=1, description="Source.")
    acknowledge: bool = Field(
        default=True,
        description="Wait until Splunk has indexed; the token must have it switched on.",
    )
    acknowledge_s: float = Field(
        300.0,
        gt=0,
        le=3_600,
        description="Seconds that Splunk may take from accepting an event to indexing it; then it "
        "is sent again.",
    )
    compress: bool = Field(default=True, description="Send with gzip.")

    @property
    def longest_s(self) -> float:
        """A request, and then the wait until it is indexed."""
        return self.timeout_s + (self.acknowledge_s if self.acknowledge else 0.0)

    def open(self) -> Sink[Any]:
        """The sink, not connected yet."""
        return SplunkHecSink(self)


class SplunkHecSink:
    """Batches of events; one that Splunk cannot read is taken out and rejected alone."""

    def __init__(self, options: SplunkHecOptions) -> None:
        self._options = options
        self._producer = options.producer
        self._client = HttpClient(options)
        self._base = f"{options.url.rstrip('/')}/services/collector"
        # Acknowledgements are kept by channel: each process has one of its own.
        self._channel = str(uuid.uuid4())
        self._beside = {
            "host": options.instance,
            "source": options.source,
            "sourcetype": options.sourcetype or f"consentry:{options.format}",
            **({} if options.index is None else {"index": options.index}),
        }
        self._accepted = AcceptedEvents(options.acknowledge_s)
        self._headers = {"Authorization": f"Splunk {options.token.get_secret_value()}"}
        if options.acknowledge:
            self._headers["X-Splunk-Request-Channel"] = self._channel

    async def send(self, loads: Sequence[FindingUpdate]) -> Sequence[DeliveryResult]:
        """Send the batch in requests of bounded size; wait until Splunk has indexed it.

        What an earlier call sent, and Splunk accepted, is only asked for.
        """
        batch = UpdateBatch([update.identity for update in loads])
        events: list[tuple[int, bytes]] = []
        names = [update.uid for update in loads]
        for at, update in enumerate(loads):
            if names[at] in self._accepted:
                continue
            event = hec_event(update, self._options.format, self._producer, self._beside)
            if isinstance(event, DeliveryResult):
                batch.set(at, event)
            else:
                events.append((at, event))
        down = await ended_by(self._send(events, names, batch), self._options.timeout_s)
        if down is None and self._options.acknowledge:
            down = await self._confirm(names, batch)
        return batch.outcomes(down)

    async def check(self) -> Sequence[SinkCheck]:
        """Ask for the collector's health, then whether it accepts the token."""
        try:
            reply = await self._client.ask("GET", f"{self._base}/health", headers=self._headers)
        except SinkDown as down:
            return [SinkCheck(what="the collector answers", ok=False, answer=down.problem)]
        checks = [
            SinkCheck(what="the collector is healthy", ok=reply.ok, answer=answer_of(reply)),
        ]
        # An empty request reaches the check of the token and indexes nothing.
        try:
            reply = await self._client.ask(
                "POST", f"{self._base}/event", body=b"", headers=self._headers
            )
        except SinkDown as down:
            return [*checks, SinkCheck(what="the token is accepted", ok=False, answer=down.problem)]
        accepted = reply.status not in (401, 403) and code_of(reply) not in (
            *BAD_TOKEN,
            *NO_CHANNEL,
        )
        checks.append(SinkCheck(what="the token is accepted", ok=accepted, answer=answer_of(reply)))
        if self._options.acknowledge and accepted:
            checks.append(await self._check_acknowledgement())
        return checks

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def _send(
        self, events: Sequence[tuple[int, bytes]], names: Sequence[str], batch: UpdateBatch
    ) -> None:
        sizes = [len(event) for _, event in events]
        for chunk in chunks(sizes, self._options.batch_max_bytes):
            await self._send_chunk(events[chunk.start : chunk.stop], names, batch)

    async def _send_chunk(
        self, events: Sequence[tuple[int, bytes]], names: Sequence[str], batch: UpdateBatch
    ) -> None:
        """Send what one request takes, without the events that Splunk names as unreadable."""
        rest = list(events)
        while rest:
            reply = await self._post(b"\n".join(event for _, event in rest))
            if reply.ok and self._options.acknowledge:
                accepted = [names[at] for at, _ in rest]
                self._accepted.accepted(accepted, _number(reply), time.monotonic())
                return
            if reply.ok:
                for at, _ in rest:
                    batch.set(at, DELIVERED)
                return
            reason = answer_of(reply)
            if len(rest) == 1:
                batch.set(rest[0][0], rejected(reason))
                return
            number = reply.json().get("invalid-event-number")
            if isinstance(number, int) and 0 <= number < len(rest):
                at, _ = rest.pop(number)
                batch.set(at, rejected(reason))
                continue
            # It does not say which one: halves are tried, down to the one.
            half = len(rest) // 2
            await self._send_chunk(rest[:half], names, batch)
            rest = rest[half:]

    async def _post(self, body: bytes) -> Reply:
        """The answer where it is about the events. Raises SinkDown where it is not."""
        headers = {**self._headers, "Content-Type": "application/json"}
        if self._options.compress:
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["Content-Encoding"] = "gzip"
        reply = await self._client.ask("POST", f"{self._base}/event", body=body, headers=headers)
        code = code_of(reply)
        if code in NO_CHANNEL:
            raise SinkDown(
                answer_of(reply), "The token wants it: set acknowledge = true.", lasting=True
            )
        if code == WRONG_INDEX:
            raise SinkDown(
                answer_of(reply), "Check `index`, and what the token allows.", lasting=True
            )
        raise_unless_answered(reply)
        if not reply.ok and reply.status != 413 and code not in BAD_EVENT:
            raise SinkDown(answer_of(reply))
        return reply

    async def _confirm(self, names: Sequence[str], batch: UpdateBatch) -> SinkDown | None:
        """Ask until all is indexed, or the deadline of what is not has passed."""
        down: SinkDown | None = None
        pause_s = _POLL_S
        try:
            while numbers := self._accepted.waiting(names, time.monotonic()):
                self._accepted.indexed(await self._asked(numbers))
                if self._accepted.waiting(names, time.monotonic()):
                    await asyncio.sleep(pause_s)
                    pause_s = min(1.5 * pause_s, _LONGEST_POLL_S)
        except SinkDown as error:
            down = error
        done = self._accepted.settle(names, time.monotonic())
        late = retry(f"accepted, and not indexed within {self._options.acknowledge_s:g} s")
        for at, uid in enumerate(names):
            if uid in done:
                batch.set(at, DELIVERED)
            elif uid not in self._accepted and not batch.has(at):
                batch.set(at, late)
        return down

    async def _asked(self, numbers: Sequence[int]) -> list[int]:
        url = f"{self._base}/ack?channel={self._channel}"
        return await indexed_of(self._client, url, self._headers, numbers)

    async def _check_acknowledgement(self) -> SinkCheck:
        what = "the token has indexer acknowledgement"
        try:
            await self._asked([0])
        except SinkDown as down:
            return SinkCheck(what=what, ok=False, answer=down.problem)
        return SinkCheck(what=what, ok=True, answer="it answers")


def _number(reply: Reply) -> int:
    """Under which number the events are asked for. Raises SinkDown where there is none."""
    number = reply.json().get("ackId")
    if not isinstance(number, int):
        raise no_acknowledgement("the answer has no ackId")
    return number
