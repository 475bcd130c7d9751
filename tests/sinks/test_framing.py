"""How a syslog message ends: by its length before it, or by a line feed behind it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from streams.sinks.finding_update import FindingUpdate
from tests.siem.hostile import ATTACKS
from tests.siem.readers import read_rfc5424
from tests.sinks.lines_receiver import TcpReceiver, octet_counted
from tests.sinks.loads import in_loop, until, updates
from tests.sinks.test_lines import syslog


def hostile() -> list[FindingUpdate]:
    """Findings whose recipients' ids try to end a line."""
    [first, *_] = updates()
    return [
        msgspec.structs.replace(
            first, record=msgspec.structs.replace(first.record, recipient_id=attack)
        )
        for attack in ATTACKS
    ]


async def received(given: list[FindingUpdate], **changes: Any) -> bytes:
    """What a receiver has read when the connection is at its end."""
    async with TcpReceiver() as receiver:
        sink = syslog(receiver.port, **changes).open()
        await sink.send(given)
        await sink.close()
        await until(lambda: receiver.closed_by_them)
        [held] = receiver.connections
        return bytes(held)


@pytest.mark.parametrize("form", ["rfc5424", "cef", "leef"])
@in_loop
async def test_a_line_is_a_message_whatever_ids_hold(form: str) -> None:
    """A receiver that reads lines takes a length before the message for a part of it."""
    given = hostile()
    lines = (await received(given, framing="newline", format=form)).split(b"\n")
    assert lines.pop() == b""
    assert len(lines) == len(given)
    for line in lines:
        read_rfc5424(line.decode())
    assert octet_counted(await received(given, format=form)) == lines
