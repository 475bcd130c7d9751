"""Over HTTP: how much of anything is taken, and for how long."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from streams.receive.refusal import RefusalReason
from tests.receive.hooks import BEARER, TABLES, shopify
from tests.receive.senders import BODY, SECRETS
from tests.receive.serving import run, serving


@pytest.mark.parametrize("chunked", [False, True])
@run
async def test_a_body_that_is_too_large_is_not_taken(tmp_path: Path, *, chunked: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 1_000

    async with serving(tmp_path, TABLES, body_max_bytes=10_000) as served:
        whole = await served.ask("/hooks/crm", b"x" * 10_000, **BEARER)
        assert whole[0] == 200
        body = pieces() if chunked else b"x" * 10_001
        status, _, _ = await served.ask("/hooks/crm", body, **BEARER)
        assert status == 413
        assert len(served.written.records) == 1


@run
async def test_a_packed_body_is_checked_and_written_unpacked(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES) as served:
        packed = gzip.compress(BODY)
        headers = shopify(BODY) | {"Content-Encoding": "gzip"}
        assert (await served.ask("/hooks/shop", packed, **headers))[0] == 200
        assert served.written.records[0][1].value == BODY


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (gzip.compress(bytes(20_000_000)), RefusalReason.TOO_LARGE),
        (gzip.compress(BODY)[:-3], RefusalReason.NOT_DECODED),
        (gzip.compress(BODY) + b"more", RefusalReason.NOT_DECODED),
        (gzip.compress(BODY) + gzip.compress(BODY), RefusalReason.NOT_DECODED),
        (zlib.compress(BODY), RefusalReason.NOT_DECODED),
        (b"", RefusalReason.NOT_DECODED),
    ],
    ids=["too large", "cut", "with more behind it", "two of them", "zlib", "empty"],
)
@run
async def test_a_packed_body_is_unpacked_within_bounds(
    tmp_path: Path, packed: bytes, reason: RefusalReason
) -> None:
    async with serving(tmp_path, TABLES) as served:
        headers = BEARER | {"Content-Encoding": "gzip"}
        assert (await served.ask("/hooks/crm", packed, **headers))[1] == f"{reason.value}\n"


@run
async def test_a_packed_body_is_reckoned_with_as_large_as_it_may_become(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES, in_work_max_bytes=1_500_000) as served:
        served.written.slow = asyncio.Event()
        headers = BEARER | {"Content-Encoding": "gzip"}
        first = asyncio.create_task(served.ask("/hooks/crm", gzip.compress(BODY), **headers))
        await asyncio.sleep(0.2)
        assert served.handling.in_work_bytes == 1_000_000
        assert (await served.ask("/hooks/crm", gzip.compress(BODY), **headers))[0] == 503
        served.written.slow.set()
        assert (await first)[0] == 200


@run
async def test_bodies_in_work_are_bounded_together(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES, in_work_max_bytes=1_000_000) as served:
        served.written.slow = asyncio.Event()
        first = asyncio.create_task(served.ask("/hooks/crm", b"x" * 900_000, **BEARER))
        await asyncio.sleep(0.3)
        status, text, _ = await served.ask("/hooks/crm", b"x" * 900_000, **BEARER)
        assert (status, text) == (503, "too_many_requests_in_work\n")
        served.written.slow.set()
        assert (await first)[0] == 200
        assert (await served.ask("/hooks/crm", b"x" * 900_000, **BEARER))[0] == 200


HEAD = b"POST /hooks/crm HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n" % SECRETS[0].encode()


@run
async def test_a_body_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES, body_timeout_s=0.3) as served:
        answer = await served.raw(HEAD + b"Content-Length: 10\r\n\r\nab")
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert served.handling.counts["crm"].refused == {RefusalReason.TOO_SLOW: 1}


@run
async def test_a_head_that_does_not_come_is_not_waited_for(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES, idle_timeout_s=0.3) as served:
        assert await served.raw(HEAD) == b""
        assert await served.raw(b"") == b""


@run
async def test_connections_are_bounded(tmp_path: Path) -> None:
    async with serving(tmp_path, TABLES, connections_max=2, idle_timeout_s=5) as served:
        held = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(2)]
        await asyncio.sleep(0.1)
        with contextlib.suppress(ConnectionError):
            assert await served.raw(HEAD + b"\r\n") == b""
        assert served.handling.counts["crm"].refused == {}
        for _, writer in held:
            writer.close()
        await asyncio.sleep(0.1)
        answer = await served.raw(HEAD + b"Content-Length: 1\r\nConnection: close\r\n\r\nx")
        assert answer.startswith(b"HTTP/1.1 200 ")
