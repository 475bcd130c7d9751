"""A connection that is reset while the other side has not taken all of it."""

from __future__ import annotations

import asyncio
import socket
import struct

import pytest

from streams.sinks.contract import SinkDown
from streams.sinks.syslog import SyslogOptions
from tests.sinks.loads import in_loop, updates

RESET_AT_ONCE = struct.pack("ii", 1, 0)


@in_loop
async def test_a_receiver_that_dies_with_messages_unread_is_said_to_be_lost() -> None:
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)  # noqa: FBT003 - as the socket has it
        port = listening.getsockname()[1]
        sink = SyslogOptions.model_validate(
            {"type": "syslog", "host": "127.0.0.1", "port": port, "transport": "tcp"}
        ).open()
        sending = asyncio.create_task(sink.send(updates() * 4))
        taken, _ = await asyncio.get_running_loop().sock_accept(listening)
        await asyncio.sleep(0.3)  # all of it is with this system, and not with the other
        assert not sending.done()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
        taken.close()
        with pytest.raises(SinkDown, match="the connection to the receiver is lost"):
            await sending
        await sink.close()
