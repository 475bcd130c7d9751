"""A receiver that stands beside the test in a thread of its own, and can be gone for a while."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Generic, Self, TypeVar

from tests.sinks.http_receiver import HttpReceiver

R = TypeVar("R", bound=HttpReceiver)


class Standing(Generic[R]):
    """`receiver` keeps what it took while it is gone; it comes back at the same port."""

    def __init__(self, receiver: R) -> None:
        self.receiver = receiver
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self.back()
        return self

    def __exit__(self, *_: object) -> None:
        self.gone()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def back(self) -> None:
        """Listen."""
        self._do(self.receiver.__aenter__())

    def gone(self) -> None:
        """Close the port and every connection."""
        self._do(self.receiver.__aexit__())

    def _do(self, work: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
