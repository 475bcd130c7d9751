"""Schemas by id, kept in memory, and the records that were written with them.

An id stands for one schema for good, so what was read once is never asked again: verdicts
do not depend on when the registry is asked. Only "not known" is asked again after a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from streams.registry.access import Access
from streams.registry.client import Registered, RegistryClient
from streams.registry.faults import MissingReference, RegistryAway, UnreadableSchema
from streams.registry.patience import FIRST_WAIT_S, Patience
from streams.registry.readers import SchemaReader, reader_of
from streams.settings import Settings
from streams.wire.encodings import encoding_of
from streams.wire.errors import WireError
from streams.wire.framing import AVRO_MARKER, GUID_HEADER, HeaderFramed

UNKNOWN_FOR_S: Final = 60.0
"""An id that was not known is asked again after so long."""

CONFIRMED_AFTER: Final = 3
"""How often a registry must say that it does not know an id: its replicas may lag."""

DEEPEST: Final = 32
"""References of references that are followed."""

LARGEST_ID: Final = {4: (1 << 31) - 1, 8: (1 << 63) - 1}
"""By the bytes of an id: registries number with the signed integers of Java."""

_AT_ONCE: Final = 16

SchemaKey = int | str
"""A schema's number in the registry, or its GUID."""


class Registry:
    """A cache before a registry. Only `ensure` asks it; everything else reads memory."""

    def __init__(self, access: Access, *, tries: int | None = None, of_events: bool = True) -> None:
        """With `tries` an outage raises UnreachableError after so many; None waits.

        `of_events`: what is read are to be events of ours (`streams.registry.protobuf`).
        """
        self._access = access
        self._of_events = of_events
        self._tries = tries
        self._header = 1 + access.id_bytes
        self._largest = LARGEST_ID[access.id_bytes]
        # As many as there are schemas on the topics: they never change, and none is let go.
        self._readers: dict[SchemaKey, SchemaReader] = {}
        self._unknown: dict[SchemaKey, float] = {}
        self._patience = Patience(access.url, tries)

    @classmethod
    def of(
        cls, settings: Settings, *, tries: int | None = None, of_events: bool = True
    ) -> Registry | None:
        """The registry of the settings, or None where they name none."""
        access = Access.of(settings)
        return None if access is None else cls(access, tries=tries, of_events=of_events)

    @property
    def url(self) -> str:
        """Its address."""
        return self._access.url

    @property
    def away_s(self) -> float | None:
        """For how long it has not answered while records wait for it, None while all is well."""
        since = self._patience.since
        return None if since is None else time.monotonic() - since

    def schema_id(self, value: bytes) -> SchemaKey | None:
        """The id or GUID in a value with registry framing, or None for any other value."""
        if type(value) is HeaderFramed:
            return str(UUID(bytes=bytes(value[1:GUID_HEADER])))
        if value[:1] != b"\0" or len(value) < self._header:
            return None
        schema_id = int.from_bytes(value[1 : self._header], "big")
        # Registries number schemas from 1. Text in UTF-16 and UTF-32 has zeros in front too.
        if schema_id == 0 or encoding_of(value) is not None:
            return None
        return schema_id

    def single_object(self, value: bytes) -> bytes | None:
        """The value in the single-object encoding, where a schema of this package wrote it."""
        schema_id = self.schema_id(value)
        reader = None if schema_id is None else self._readers.get(schema_id)
        if reader is None or reader.fingerprint is None:
            return None
        return AVRO_MARKER + reader.fingerprint + self._body(value)

    def read(self, value: bytes) -> dict[str, Any]:
        """The plain record of a value with registry framing: texts, booleans, numbers, lists.

        Instants are RFC 3339 texts. Raises WireError for an unknown id, for a schema that
        cannot be read, and for bytes that do not fit it.
        """
        schema_id = self.schema_id(value)
        assert schema_id is not None
        reader = self._readers.get(schema_id)
        if reader is None:
            if schema_id not in self._unknown:
                # Never a dead letter: the registry was not asked.
                raise LookupError(f"the schema {schema_id} was not asked for")
            raise WireError(
                f"the schema registry knows no schema with the id {schema_id}, or none that it "
                "refers to: the producer writes with another registry than registry_url names, or "
                "the schema was deleted"
            )
        try:
            return reader.read(self._body(value))
        except WireError as error:
            raise WireError(
                f"{error.reason} (schema id {schema_id} of the registry)", error.field
            ) from None

    def _body(self, value: bytes) -> bytes:
        """What stands behind the framing."""
        return bytes(value[GUID_HEADER if type(value) is HeaderFramed else self._header :])

    async def ensure(self, values: Iterable[bytes | None]) -> None:
        """Have the schemas of these values in memory, or know that there are none.

        Waits while the registry does not answer. Raises ConsentryError where somebody must
        act: credentials, certificates, an address that is no registry, a package that is
        missing; UnreachableError after `tries`.
        """
        wanted = {
            schema_id
            for value in values
            if value is not None
            and (value[:1] == b"\0" or type(value) is HeaderFramed)
            and (schema_id := self.schema_id(value)) is not None
            and schema_id not in self._readers
        }
        if not wanted:
            return
        now = time.monotonic()
        self._unknown = {one: at for one, at in self._unknown.items() if now - at < UNKNOWN_FOR_S}
        # What no registry can have is not asked for: one would not even answer in its own form.
        self._unknown |= {
            one: now for one in wanted if isinstance(one, int) and one > self._largest
        }
        if missing := sorted(wanted - self._unknown.keys(), key=str):
            await self._fetch(missing)

    async def _fetch(self, missing: list[SchemaKey]) -> None:
        denied: dict[SchemaKey, int] = dict.fromkeys(missing, 0)
        while denied:
            try:
                async with RegistryClient(self._access) as client:
                    for some in batched(list(denied)):
                        for one, found in await self._several(client, some):
                            self._take(one, found, denied)
            except RegistryAway as away:
                await self._patience.wait(away, *sorted(denied, key=str)[:5])
                continue
            self._patience.answered()
            if denied:
                await asyncio.sleep(FIRST_WAIT_S)

    async def _several(
        self, client: RegistryClient, ids: list[SchemaKey]
    ) -> list[tuple[SchemaKey, SchemaReader | None]]:
        # A group cancels the others at the first failure; all are asked again then.
        tasks = [asyncio.ensure_future(self._reader(client, one)) for one in ids]
        try:
            return list(zip(ids, await asyncio.gather(*tasks), strict=True))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _reader(self, client: RegistryClient, key: SchemaKey) -> SchemaReader | None:
        """The reader of an id, or None where the registry lacks it or what it refers to."""
        found = await (client.by_id(key) if isinstance(key, int) else client.by_guid(key))
        if found is None:
            return None
        parts: dict[str, Registered] = {}
        try:
            await follow(client, found, parts, DEEPEST)
            return reader_of(found, parts, of_events=self._of_events)
        except MissingReference:
            return None
        except UnreadableSchema as error:
            return SchemaReader(kind=found.kind, fault=error.reason)

    def _take(
        self, schema_id: SchemaKey, reader: SchemaReader | None, denied: dict[SchemaKey, int]
    ) -> None:
        if reader is not None:
            self._readers[schema_id] = reader
            del denied[schema_id]
            return
        denied[schema_id] += 1
        if denied[schema_id] >= CONFIRMED_AFTER:
            self._unknown[schema_id] = time.monotonic()
            del denied[schema_id]


def batched(ids: list[SchemaKey]) -> Iterator[list[SchemaKey]]:
    """As many at once as a registry is asked for."""
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


async def follow(
    client: RegistryClient, schema: Registered, parts: dict[str, Registered], depth: int
) -> None:
    """Collect what a schema refers to, by the names in their texts, deepest first."""
    if schema.references and depth == 0:
        raise UnreadableSchema(f"its references go deeper than {DEEPEST}")
    for one in schema.references:
        if one.name in parts:
            continue
        found = await client.by_version(one)
        if found is None:
            raise MissingReference("the registry does not have a schema that it refers to")
        await follow(client, found, parts, depth - 1)
        parts[one.name] = found
