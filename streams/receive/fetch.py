"""The one question that a receiver asks of others: what stands at an address of AWS."""

from __future__ import annotations

from typing import Final

import aiohttp

from streams.receive.refusal import RefusalReason, RequestRefused

TIMEOUT_S: Final = 4.0
MAX_BYTES: Final = 100_000


async def fetch(url: str) -> bytes:
    """What a GET gives: no redirects, within bounds; HTTPS_PROXY of the environment counts.

    Raises RequestRefused where there is no answer, so that the sender tries again.
    """
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
            session.get(url, allow_redirects=False) as reply,
        ):
            body = b""
            while piece := await reply.content.read(MAX_BYTES - len(body)):
                body += piece
            if reply.status != 200 or not reply.content.at_eof():
                raise RequestRefused(RefusalReason.NOT_ASKED)
            return body
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise RequestRefused(RefusalReason.NOT_ASKED) from None
