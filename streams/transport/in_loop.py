"""What mode starts in a thread, as a task of the loop that is there already."""

from __future__ import annotations

import asyncio
from typing import Any

from mode.threads import ServiceThread, WorkerThread


class LoopWorker(WorkerThread):
    """Serves a `ServiceThread` in its parent's loop, which must be its own too; no thread begins."""

    def __init__(self, service: ServiceThread, **kwargs: Any) -> None:
        super().__init__(service, **kwargs)
        self._serving: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to serve."""
        service = self.service
        self._serving = service.parent_loop.create_task(service._serve(), name="consumer")
        self._serving.add_done_callback(self._served)

    def stop(self) -> None:
        """There is no thread to join; who stops the service has waited for its end."""

    def _served(self, serving: asyncio.Task[None]) -> None:
        """It has ended, in whatever way; the service has heard of an error."""
        if not serving.cancelled():
            serving.exception()
        self.service.set_shutdown()
