"""An interrupt lets go of what runs, after its time of grace, and of nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from streams.delivery.interrupt import Interrupt

_LONG_S = 30.0


async def _after(seconds: float, answer: str = "sent") -> str:
    await asyncio.sleep(seconds)
    return answer


def _within(work: Coroutine[Any, Any, Any], seconds: float = 5.0) -> Any:
    async def bounded() -> Any:
        async with asyncio.timeout(seconds):
            return await work

    return asyncio.run(bounded())


def test_work_that_ends_gives_its_answer() -> None:
    assert _within(Interrupt().ends(_after(0), 0)) == "sent"


def test_what_the_work_raises_is_raised() -> None:
    async def refused() -> str:
        raise ValueError

    with pytest.raises(ValueError):
        _within(Interrupt().ends(refused(), 0))


def test_work_that_outlasts_its_grace_is_let_go() -> None:
    interrupt = Interrupt()

    async def run() -> str | None:
        asyncio.get_running_loop().call_later(0.01, interrupt.set)
        return await interrupt.ends(_after(_LONG_S), 0.02)

    assert _within(run()) is None


def test_work_that_ends_within_its_grace_gives_its_answer() -> None:
    interrupt = Interrupt()

    async def run() -> str | None:
        asyncio.get_running_loop().call_later(0.01, interrupt.set)
        return await interrupt.ends(_after(0.05), _LONG_S)

    assert _within(run()) == "sent"


def test_work_begun_while_it_is_set_has_its_grace_too() -> None:
    interrupt = Interrupt()

    async def run() -> list[str | None]:
        interrupt.set()
        return [
            await interrupt.ends(_after(0), _LONG_S),
            await interrupt.ends(_after(_LONG_S), 0.01),
        ]

    assert _within(run()) == ["sent", None]


def test_every_work_under_way_is_let_go() -> None:
    interrupt = Interrupt()

    async def run() -> list[str | None]:
        asyncio.get_running_loop().call_later(0.01, interrupt.set)
        works = (interrupt.ends(_after(_LONG_S), 0.01) for _ in range(3))
        return await asyncio.gather(*works)

    assert _within(run()) == [None, None, None]


def test_set_again_while_something_is_let_go_is_no_fault() -> None:
    interrupt = Interrupt()

    async def slow_to_go() -> str:
        try:
            await asyncio.sleep(_LONG_S)
        finally:
            interrupt.clear()
            interrupt.set()
            await asyncio.sleep(0)
        return "never"

    async def run() -> str | None:
        asyncio.get_running_loop().call_later(0.01, interrupt.set)
        return await interrupt.ends(slow_to_go(), 0.01)

    assert _within(run()) is None


def test_what_is_raised_while_being_let_go_is_of_no_interest() -> None:
    interrupt = Interrupt()

    async def breaks() -> str:
        try:
            await asyncio.sleep(_LONG_S)
        finally:
            raise ConnectionError

    async def run() -> str | None:
        asyncio.get_running_loop().call_later(0.01, interrupt.set)
        return await interrupt.ends(breaks(), 0.01)

    assert _within(run()) is None


def test_a_caller_that_is_cancelled_is_cancelled() -> None:
    interrupt = Interrupt()

    async def run() -> bool:
        work = asyncio.ensure_future(interrupt.ends(_after(_LONG_S), 0.01))
        await asyncio.sleep(0.01)
        interrupt.set()
        work.cancel()
        await asyncio.wait({work})
        return work.cancelled()

    assert _within(run()) is True
