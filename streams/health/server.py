"""`/live`, `/ready` and `/metrics` over HTTP, answered by the loop that judges.

A hung loop is silent.
"""

from __future__ import annotations

import os
from collections.abc import Callable
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

    def report(self) -> Wellbeing:
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
    health: Answering, settings: Settings, metrics: Callable[[], bytes] | None = None
) -> web.AppRunner | None:
    """Answer probes until the runner is cleaned up; None when nobody may ask.

    `metrics` gives the body of `/metrics`, a text of Prometheus; without it there is none.

    Raises ConsentryError when the address cannot be had, unless it is only the default
    port that is taken: then a warning is logged.
    """
    if settings.health_port == CLOSED:
        return None
    runner = web.AppRunner(_application(health, metrics), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.health_address, settings.health_port).start()
    except OSError as error:
        await runner.cleanup()
        _refused(settings, error)
        return None
    host, port = runner.addresses[0][:2]
    log.info("health.listening", address=f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    return runner


def _application(health: Answering, metrics: Callable[[], bytes] | None) -> web.Application:
    async def live(_request: web.Request) -> web.Response:
        report = health.report()
        return _answer(report, well=report.live)

    async def ready(_request: web.Request) -> web.Response:
        report = health.report()
        return _answer(report, well=report.ready)

    async def scraped(_request: web.Request) -> web.Response:
        assert metrics is not None
        return web.Response(body=metrics(), headers=_HEADERS | {"Content-Type": METRICS_TYPE})

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
