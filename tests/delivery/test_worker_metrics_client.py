"""Counts of persons, asked of workers."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from streams.delivery.worker_metrics_client import FirstShares, first_shares
from streams.measures.transport_stats import TransportStats
from streams.measures.worker_stats import WorkerStats
from tests.metrics.test_worker import exposed, filled
from tests.sinks.http_receiver import HttpReceiver


class Worker(HttpReceiver):
    """Answers `/metrics` as a worker does."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.body = body

    async def take(self, request: web.Request, body: bytes) -> web.StreamResponse:
        del body
        return web.Response(text=self.body if request.path == "/metrics" else "")


def asked(*bodies: str, fault: int | None = None) -> FirstShares | None:
    async def run() -> FirstShares | None:
        workers = [Worker(body) for body in bodies]
        for one in workers:
            await one.__aenter__()
        workers[-1].fault = fault
        try:
            return await first_shares([f"{one.url}/metrics" for one in workers])
        finally:
            for one in workers:
                await one.__aexit__()

    return asyncio.run(run())


def test_counts_of_all_workers_are_added_up() -> None:
    full, empty = exposed(*filled()), exposed(WorkerStats(), TransportStats())
    assert asked(full) == (2, 1)
    assert asked(full, empty, full) == (4, 2)


@pytest.mark.parametrize("fault", [404, 503])
def test_without_one_of_them_there_is_no_sum(fault: int) -> None:
    full = exposed(*filled())
    with capture_logs() as logs:
        assert asked(full, full, fault=fault) is None
        assert asked(full, "something else") is None
        assert asyncio.run(first_shares(["http://127.0.0.1:1/metrics"])) is None
    assert {line["event"] for line in logs} == {"worker.not_asked"}
