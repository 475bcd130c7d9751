"""Asking AWS for a certificate."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from streams.receive.fetch import fetch
from streams.receive.refusal import RefusalReason, RequestRefused
from tests.receive.serving import run


@run
async def test_an_answer_is_read_to_its_end_or_the_sender_tries_again() -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        match request.path:
            case "/ok":
                return web.Response(body=b"pem")
            case "/slow":
                response = web.StreamResponse()
                await response.prepare(request)
                for piece in (b"p", b"em"):
                    await response.write(piece)
                    await asyncio.sleep(0.1)
                return response
            case "/large":
                return web.Response(body=bytes(200_000))
            case _:
                raise web.HTTPFound("/ok")

    runner = web.ServerRunner(web.Server(answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host = f"http://127.0.0.1:{runner.addresses[0][1]}"
    assert await fetch(f"{host}/ok") == await fetch(f"{host}/slow") == b"pem"
    for path in ("/moved", "/large"):
        with pytest.raises(RequestRefused) as refused:
            await fetch(f"{host}{path}")
        assert refused.value.reason is RefusalReason.NOT_ASKED
    await runner.cleanup()
    with pytest.raises(RequestRefused):
        await fetch(f"{host}/ok")
