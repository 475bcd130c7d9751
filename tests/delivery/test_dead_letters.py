"""What a receiver rejects is kept, whatever its headers are and however large it is."""

from __future__ import annotations

import asyncio
from typing import Any

from streams.delivery.dead_letters import CUT, REASON, DeadLetters
from streams.settings import Settings
from streams.unpacking.cut import HEADERS_AT_MOST, LEFT_OUT
from streams.wire.origin import ODD_NAMES
from tests.transport.records import One

SETTINGS = Settings()


class Producer:
    """Takes what aiokafka's would take."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]] = []

    async def send_and_wait(
        self, _topic: str, value: bytes | None, key: bytes | None, headers: Any
    ) -> None:
        size = len(value or b"") + len(key or b"")
        size += sum(len(name.encode()) + len(one or b"") for name, one in headers)
        assert size < SETTINGS.output_max_bytes
        assert type(value) is bytes
        assert type(key) is bytes
        self.sent.append((key, value, headers))


def kept(record: One) -> tuple[bytes | None, bytes | None, dict[str, bytes | None]]:
    letters, producer = DeadLetters(SETTINGS), Producer()
    letters._producer = producer
    asyncio.run(letters.put("siem", record, "rejected"))
    [(key, value, headers)] = producer.sent
    return key, value, dict(headers)


def test_names_that_are_no_utf_8_are_kept() -> None:
    record = One("v", 0, 7, 0, b"id", b"value", (("x-caf\udce9", b"1"), ("plain", None)))
    key, value, headers = kept(record)
    assert (key, value, headers["plain"], headers[REASON]) == (b"id", b"value", None, b"rejected")
    assert b"x-caf\xe9" in (headers[ODD_NAMES] or b"")


def test_what_is_too_large_is_cut() -> None:
    _, value, headers = kept(One("v", 0, 7, 0, b"id", b"v" * 9_000_000, (("h", b"x"),)))
    assert len(value or b"") <= 65_536
    assert b" of 9000000 sha256=" in (headers[CUT] or b"")
    assert headers["h"] == b"x"


def test_very_many_headers_are_cut() -> None:
    many = tuple((f"h{n}", b"x") for n in range(HEADERS_AT_MOST + 1))
    _, value, headers = kept(One("v", 0, 7, 0, b"id", b"value", many))
    assert value == b"value"
    assert b"headers=%d " % len(many) in (headers[LEFT_OUT] or b"")
