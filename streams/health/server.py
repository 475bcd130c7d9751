"""`/live`, `/ready` and `/metrics` over HTTP, answered by the loop that judges.

A hung loop is silent.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
import structlog
from aiohttp import web

from streams.errors import ConsentryError

if TYPE_CHECKING:
    from streams.settings import Settings

UNAVAILABLE: Final = 503
CLOSED: Final = -1
METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# In the place of the server's own, which names the versions of aiohttp and Python.
_HEADERS: Final = {"Cache-Control": "no-store", "Server": "consentry"}

log = structlog.get_logger("consentry.worker")


class Answering(Protocol):
    """What is asked how the process is."""

    def report(self) -> Wellbeing | Awaitable[Wellbeing]:
        """How it is now."""


class Wellbeing(Protocol):
    """A struct that is shown as JSON."""

    @property
    def live(self) -> bool:
        """Whether only a new start could not help."""

    @property
    def ready(self) -> bool:
        """Whether it can be counted on."""


async def listen(
    health: Answering,
    settings: Settings,
    metrics: Callable[[], bytes | Awaitable[bytes]] | None = None,
    at: socket.socket | None = None,
) -> web.AppRunner | None:
    """Answer probes until the runner is cleaned up; None when nobody may ask.

    `metrics` gives the body of `/metrics`, a text of Prometheus; without it there is none.
    `at` is a socket that listens already, in the place of the address that the settings name.

    Raises ConsentryError when the address cannot be had, unless it is only the default
    port that is taken: then a warning is logged.
    """
    if at is None and settings.health_port == CLOSED:
        return None
    runner = web.AppRunner(_application(health, metrics), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    if at is not None:
        await web.SockSite(runner, at).start()
        return runner
    try:
        await web.TCPSite(runner, settings.health_address, settings.health_port).start()
    except OSError as error:
        await runner.cleanup()
        _refused(settings, error)
        return None
    host, port = runner.addresses[0][:2]
    log.info("health.listening", address=f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    return runner


def _application(
    health: Answering, metrics: Callable[[], bytes | Awaitable[bytes]] | None
) -> web.Application:
    async def now() -> Wellbeing:
        report = health.report()
        return await report if isawaitable(report) else report

    async def live(_request: web.Request) -> web.Response:
        report = await now()
        return _answer(report, well=report.live)

    async def ready(_request: web.Request) -> web.Response:
        report = await now()
        return _answer(report, well=report.ready)

    async def scraped(_request: web.Request) -> web.Response:
        assert metrics is not None
        body = metrics()
        text = await body if isawaitable(body) else body
        return web.Response(body=text, headers=_HEADERS | {"Content-Type": METRICS_TYPE})

    application = web.Application()
    application.router.add_get("/live", live)
    application.router.add_get("/ready", ready)
    if metrics is not None:
        application.router.add_get("/metrics", scraped)
    return application


def _answer(report: Any, *, well: bool) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(report),
        status=200 if well else UNAVAILABLE,
        content_type="application/json",
        headers=_HEADERS,
    )


def _refused(settings: Settings, error: OSError) -> None:
    """Raise for an address that somebody chose; warn about the default port."""
    place = f"{settings.health_address}:{settings.health_port}"
    why = os.strerror(error.errno) if error.errno else type(error).__name__
    remedy = (
        "Give each worker on a machine a health_port of its own, 0 for any free one, or -1 "
        "for none; health_address must be an address of this machine."
    )
    if settings.model_fields_set & {"health_address", "health_port"}:
        raise ConsentryError(
            f"/live, /ready and /metrics cannot be served at {place}: {why}", remedy
        )
    log.warning("health.off", address=place, reason=why, remedy=remedy)
