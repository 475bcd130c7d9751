"""The clock of the demo says in words that the broker is away."""

from __future__ import annotations

import asyncio
from typing import Any

import aiokafka
import pytest
from aiokafka.errors import KafkaConnectionError

from streams.dev.demo.clock import tick
from streams.errors import ConsentryError
from streams.settings import Settings


class Away:
    """A producer of a broker that went."""

    def __init__(self, **_: Any) -> None:
        pass

    async def start(self) -> None:
        """It was there."""

    async def send_and_wait(self, *_: Any, **__: Any) -> None:
        raise KafkaConnectionError

    async def stop(self) -> None:
        """It is closed all the same."""


def test_a_broker_that_goes_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiokafka, "AIOKafkaProducer", Away)
    with pytest.raises(ConsentryError, match="b:1"):
        asyncio.run(tick(Settings(brokers=("b:1",))))
