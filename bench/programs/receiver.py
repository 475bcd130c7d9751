"""Stands in for a SIEM: takes what is sent at once, and notes when.

    python -m bench.programs.receiver FILE

Splunk's HEC with acknowledgement, `_bulk`, a webhook, and syslog over TCP with octet
counting. It prints its two ports. A line a letter on FILE: sink, nanoseconds, and the id
of the judged event.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from pathlib import Path
from typing import TextIO

import uvloop
from aiohttp import web

EVENT_ID = re.compile(rb'"event_id"\s*:\s*"([^"]+)"|(?<![0-9a-z])([me]\d{10})(?!\d)')
HOST = "127.0.0.1"


def note(file: TextIO, sink: str, letter: bytes) -> None:
    """One letter has arrived."""
    found = EVENT_ID.search(letter)
    event_id = "-" if found is None else (found[1] or found[2]).decode()
    file.write(f"{sink} {time.time_ns()} {event_id}\n")


class Http:
    """The three that speak HTTP."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._acknowledged = 0

    async def hec(self, request: web.Request) -> web.Response:
        """Events one after the other, a line each."""
        for line in (await request.read()).splitlines():
            note(self._file, "splunk_hec", line)
        self._acknowledged += 1
        return web.json_response({"text": "Success", "code": 0, "ackId": self._acknowledged})

    async def ack(self, request: web.Request) -> web.Response:
        """Everything is indexed."""
        asked = json.loads(await request.read())["acks"]
        return web.json_response({"acks": {str(number): True for number in asked}})

    async def bulk(self, request: web.Request) -> web.Response:
        """Pairs of lines: an action and a document."""
        lines = (await request.read()).splitlines()
        for document in lines[1::2]:
            note(self._file, "elasticsearch", document)
        done = {"create": {"status": 201}}
        return web.json_response({"errors": False, "items": [done] * (len(lines) // 2)})

    async def hook(self, request: web.Request) -> web.Response:
        """A letter a request."""
        note(self._file, "webhook", await request.read())
        return web.Response(status=204)


async def syslog(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, file: TextIO) -> None:
    """Frames of RFC 6587: a length in bytes, a space, the message."""
    try:
        while True:
            length = await reader.readuntil(b" ")
            note(file, "syslog", await reader.readexactly(int(length)))
    except asyncio.IncompleteReadError:
        writer.close()


async def serve(file: TextIO) -> None:
    """Until it is killed."""
    http = Http(file)
    application = web.Application(client_max_size=100_000_000)
    application.router.add_post("/services/collector/event", http.hec)
    application.router.add_post("/services/collector/ack", http.ack)
    application.router.add_post("/_bulk", http.bulk)
    application.router.add_post("/hook", http.hook)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    lines = await asyncio.start_server(lambda r, w: syslog(r, w, file), HOST, 0, limit=1 << 20)
    print(runner.addresses[0][1], lines.sockets[0].getsockname()[1], flush=True)
    while True:
        await asyncio.sleep(0.05)
        file.flush()


def main() -> None:
    """Run until it is killed."""
    with Path(sys.argv[1]).open("w", encoding="ascii") as file:
        uvloop.run(serve(file))


if __name__ == "__main__":
    main()
