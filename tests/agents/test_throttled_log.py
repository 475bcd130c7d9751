"""Records set aside are reported at once, and then once a minute, with their traces."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from streams.agents.throttled_log import TRACES_SHOWN, DeadLettered, DeadLetterLog


def dead_lettered(
    offset: int, code: str = "UNPROCESSABLE_EVENT", trace: str | None = None
) -> DeadLettered:
    return DeadLettered("data-share", 2, offset, code, trace)


def test_the_first_is_logged_at_once_and_the_rest_together() -> None:
    async def run() -> None:
        log = DeadLetterLog(pause_s=0.01)
        log.report([dead_lettered(1, trace="a" * 32)])
        log.report([dead_lettered(number, trace=f"{number:032x}") for number in range(2, 20)])
        log.report([dead_lettered(99, code="FUTURE_TIMESTAMP")])
        async with asyncio.timeout(5):
            while len(logs) < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    with capture_logs() as logs:
        asyncio.run(run())
    first, other, rest = logs
    assert (first["event"], first["count"], first["offset"]) == ("records.set_aside", 1, 1)
    assert first["trace_ids"] == ["a" * 32]
    assert (other["code"], other["trace_ids"]) == ("FUTURE_TIMESTAMP", [])
    assert (rest["count"], rest["offset"], len(rest["trace_ids"])) == (18, 2, TRACES_SHOWN)
