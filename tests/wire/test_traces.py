"""The trace of a record is shown where its form is that of the standard, and else not."""

from __future__ import annotations

import pytest

from streams.wire.traces import trace_id
from tests.transport.records import One

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def record(*headers: tuple[str, bytes | None]) -> One:
    return One("t", 0, 1, 2, headers=headers)


@pytest.mark.parametrize(
    "header", [f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00", f"cc-{TRACE}-{SPAN}-01-more"]
)
def test_the_trace_of_a_record(header: str) -> None:
    assert trace_id(record(("other", None), ("traceparent", header.encode()))) == TRACE
    assert trace_id(record(("TraceParent", header.encode()))) == TRACE


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"jan@example.nl",
        f"ff-{TRACE}-{SPAN}-01".encode(),
        f"00-{'0' * 32}-{SPAN}-01".encode(),
        f"00-{TRACE}-{'0' * 16}-01".encode(),
        f"00-{TRACE.upper()}-{SPAN}-01".encode(),
        f"00-{TRACE}-{SPAN}".encode(),
        f"x00-{TRACE}-{SPAN}-01".encode(),
    ],
)
def test_what_is_no_trace_is_not_shown(header: bytes) -> None:
    assert trace_id(record(("traceparent", header))) is None


def test_without_a_header_there_is_none() -> None:
    assert trace_id(record()) is None
    assert trace_id(record(("traceparent", None))) is None
