"""Microsoft Sentinel, by the Logs Ingestion API of Azure Monitor; an optional extra.

https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview
azure-identity logs in; the request itself is small enough for our own client, which says
busy from refused as for all other sinks. Azure dedupes nothing: queries keep one by
`consentry_uid`.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, Self
from urllib.parse import quote

import msgspec
from pydantic import Field, model_validator

from streams.errors import ConsentryError
from streams.sinks.batch import UpdateBatch, chunks, in_time
from streams.sinks.contract import DELIVERED, DeliveryResult, Sink, SinkCheck, SinkDown
from streams.sinks.finding_update import FindingUpdate
from streams.sinks.http_client import HttpClient, HttpOptions, phrase, raise_unless_answered
from streams.sinks.options import HeaderSecret, UpdateOptions
from streams.sinks.render import as_object, rejected

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

_API_VERSION: Final = "2023-01-01"
_CALL_BYTES: Final = 1_000_000
"""Azure takes 1 MB a call, before compression."""


class SentinelOptions(HttpOptions, UpdateOptions):
    """Microsoft Sentinel; needs the extra `sentinel`."""

    type: Literal["sentinel"] = Field(description="The kind of receiver.")
    url: str = Field(description="Ingestion endpoint: of a data collection rule or endpoint.")
    rule_id: str = Field(
        pattern=r"^dcr-[0-9a-f]{16,64}$", description="Immutable id of the data collection rule."
    )
    stream: str = Field(
        pattern=r"^Custom-[A-Za-z][A-Za-z0-9_-]{0,99}$", description="Stream: `Custom-NAME_CL`."
    )
    tenant_id: str | None = Field(
        None, min_length=1, description="Tenant of the app; with `client_secret`."
    )
    client_id: str | None = Field(
        None, min_length=1, description="The app, or the user-assigned managed identity."
    )
    client_secret: HeaderSecret | None = Field(
        None, description="Secret of the app; unset: the identity of the host is used."
    )
    scope: str = Field(
        "https://monitor.azure.com/.default", min_length=1, description="Scope of the token."
    )
    batch_max_bytes: int = Field(
        _CALL_BYTES, ge=1_024, le=_CALL_BYTES, description="Bytes a request at most."
    )

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if self.client_secret is None and self.tenant_id is not None:
            raise ValueError("tenant_id goes with client_secret: without it the host logs in")
        if self.client_secret is not None and None in (self.tenant_id, self.client_id):
            raise ValueError("client_secret needs tenant_id and client_id")
        return self

    def open(self) -> Sink[Any]:
        """The sink, not connected yet. Raises ConsentryError without the extra."""
        try:
            import azure.identity.aio  # noqa: F401  # only whether it is there
        except ImportError:
            raise ConsentryError(
                "a sink of type sentinel needs the package azure-identity, which is not installed",
                "Install the extra: pip install 'consentry[sentinel]'.",
            ) from None
        return SentinelSink(self)

    def credential(self) -> AsyncTokenCredential:
        """What gets tokens: an app with a secret, or the identity of the host."""
        from azure.identity.aio import ClientSecretCredential, DefaultAzureCredential

        if self.client_secret is None:
            return DefaultAzureCredential(managed_identity_client_id=self.client_id)
        return ClientSecretCredential(
            self.tenant_id or "", self.client_id or "", self.client_secret.get_secret_value()
        )


class SentinelSink:
    """Calls of bounded size; a record that Azure refuses is found by halving."""

    def __init__(self, options: SentinelOptions) -> None:
        self._options = options
        self._producer = options.producer
        self._client = HttpClient(options)
        self._credential: AsyncTokenCredential | None = None
        self._url = (
            f"{options.url.rstrip('/')}/dataCollectionRules/{options.rule_id}"
            f"/streams/{quote(options.stream, safe='')}?api-version={_API_VERSION}"
        )

    async def send(self, loads: Sequence[FindingUpdate]) -> Sequence[DeliveryResult]:
        """Send the batch in calls of bounded size."""
        batch = UpdateBatch([update.identity for update in loads])
        records: list[tuple[int, bytes]] = []
        for at, update in enumerate(loads):
            made = as_object(update, "flat", self._producer)
            if isinstance(made, DeliveryResult):
                batch.set(at, made)
            else:
                records.append((at, msgspec.json.encode(columns(update, made))))
        work = self._send(records, batch)
        return await in_time(batch, work, self._options.timeout_s)

    async def check(self) -> Sequence[SinkCheck]:
        """Get a token, and send a call without records."""
        checks: list[SinkCheck] = []
        what = "Azure gives a token"
        try:
            await self._token()
            checks.append(SinkCheck(what=what, ok=True, answer="it does"))
            what = "the rule and the stream are there"
            status = await self._post(b"[]")
        except SinkDown as down:
            return [*checks, SinkCheck(what=what, ok=False, answer=down.problem)]
        answer = f"{phrase(status)} to no records"
        return [*checks, SinkCheck(what=what, ok=status in (200, 204, 400), answer=answer)]

    async def close(self) -> None:
        """Let go of the connections."""
        credential, self._credential = self._credential, None
        if credential is not None:
            await credential.close()
        await self._client.close()

    async def _send(self, records: Sequence[tuple[int, bytes]], batch: UpdateBatch) -> None:
        sizes = [len(record) + 1 for _, record in records]
        for chunk in chunks(sizes, self._options.batch_max_bytes - 2):
            await self._send_chunk(records[chunk.start : chunk.stop], batch)

    async def _send_chunk(self, records: Sequence[tuple[int, bytes]], batch: UpdateBatch) -> None:
        status = await self._post(b"[" + b",".join(record for _, record in records) + b"]")
        if 200 <= status < 300:
            for at, _ in records:
                batch.set(at, DELIVERED)
        elif len(records) == 1:
            batch.set(records[0][0], rejected(phrase(status)))
        else:
            half = len(records) // 2
            await self._send_chunk(records[:half], batch)
            await self._send_chunk(records[half:], batch)

    async def _post(self, body: bytes) -> int:
        headers = {
            "Authorization": f"Bearer {await self._token()}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        packed = gzip.compress(body, compresslevel=1, mtime=0)
        reply = await self._client.ask("POST", self._url, body=packed, headers=headers)
        raise_unless_answered(reply)
        return reply.status

    async def _token(self) -> str:
        """A token; azure-identity keeps it until shortly before it ends."""
        from azure.core.exceptions import AzureError, ClientAuthenticationError

        try:
            if self._credential is None:
                self._credential = self._options.credential()
            return (await self._credential.get_token(self._options.scope)).token
        except AzureError as error:
            raise SinkDown(
                f"Azure gives no token: {type(error).__name__}",
                "Check tenant_id, client_id and the secret, or the identity of this host.",
                lasting=isinstance(error, ClientAuthenticationError),
            ) from None
        except ValueError as error:
            raise SinkDown(
                f"Azure gives no token: {type(error).__name__}",
                "Check tenant_id, client_id and the secret.",
                lasting=True,
            ) from None


def columns(update: FindingUpdate, flat: dict[str, Any]) -> dict[str, Any]:
    """A row: names of columns have no dots, and every table has `TimeGenerated`."""
    row = {name.replace(".", "_"): value for name, value in flat.items()}
    return {"TimeGenerated": flat["consentry.detected_at"], "consentry_uid": update.uid, **row}
