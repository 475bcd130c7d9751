"""Bodies within bounds of size and time, as they came and unpacked."""

from __future__ import annotations

import asyncio
import zlib
from typing import Final

from aiohttp import web

from streams.receive.refusal import RefusalReason, RequestRefused

ENCODINGS: Final = ("identity", "gzip")
"""What `Content-Encoding` may say (RFC 9110, 8.4.1)."""

_GZIP_WINDOW: Final = 31


def encoding_of(request: web.BaseRequest) -> str:
    """How the body is packed. Raises RequestRefused for what is not unpacked here."""
    named = [one.strip().lower() for one in request.headers.getall("Content-Encoding", ())]
    encoding = ",".join(named) or "identity"
    if encoding not in ENCODINGS:
        raise RequestRefused(RefusalReason.ENCODING)
    return encoding


def announced_bytes(request: web.BaseRequest, encoding: str, max_bytes: int) -> int:
    """How much must be reckoned with. Raises RequestRefused for more than `max_bytes`."""
    length = request.content_length
    if length is not None and length > max_bytes:
        raise RequestRefused(RefusalReason.TOO_LARGE)
    if length is None or encoding != "identity":
        return max_bytes  # the end of chunks, and what is packed, is not known before it comes
    return length


async def read_body(request: web.BaseRequest, max_bytes: int, timeout_s: float) -> bytes:
    """The bytes as they came.

    Raises RequestRefused for more than `max_bytes`, for what is not whole after `timeout_s`
    seconds, and for what ends before its end.
    """
    pieces, size = [], 0
    try:
        async with asyncio.timeout(timeout_s):
            if request.headers.get("Expect", "").lower() == "100-continue":
                await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            while piece := await request.content.readany():
                size += len(piece)
                if size > max_bytes:
                    raise RequestRefused(RefusalReason.TOO_LARGE)
                pieces.append(piece)
    except TimeoutError:
        raise RequestRefused(RefusalReason.TOO_SLOW) from None
    except (web.RequestPayloadError, ConnectionError):
        raise RequestRefused(RefusalReason.INCOMPLETE) from None
    return b"".join(pieces)


def unpacked(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """The body without its packing, of which no more than `max_bytes` are ever made.

    Raises RequestRefused for more, and for what is not whole or has something behind it.
    """
    if encoding == "identity":
        return body
    unpacking = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = unpacking.decompress(body, max_bytes + 1)
    except zlib.error:
        raise RequestRefused(RefusalReason.NOT_DECODED) from None
    if len(plain) > max_bytes:
        raise RequestRefused(RefusalReason.TOO_LARGE)
    if not unpacking.eof or unpacking.unused_data:
        raise RequestRefused(RefusalReason.NOT_DECODED)
    return plain
