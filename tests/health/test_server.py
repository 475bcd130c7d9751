"""`/live` and `/ready` over HTTP, and what happens when the port is taken."""

from __future__ import annotations

import asyncio
import http.client
import json
import socket
from collections.abc import Callable
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from streams.errors import ConsentryError
from streams.health.report import PartitionReport, TopicReport, WorkerReport
from streams.health.server import listen
from streams.settings import Settings

WELL = WorkerReport(
    live=True,
    ready=True,
    phase="judging",
    reasons=[],
    group_answered_s=0.5,
    partitions={
        3: PartitionReport(
            lag=2,
            last_commit_s=None,
            waiting_s=0.0,
            standing_s=0.0,
            topics={"purchase": TopicReport(committed=8, lag=2)},
        )
    },
)


class Says:
    def __init__(self, report: WorkerReport) -> None:
        self.given = report

    def report(self) -> WorkerReport:
        return self.given


def served(report: WorkerReport, use: Callable[[str, int], Any], **settings: Any) -> Any:
    """What `use` makes of a server that says this, with host and port."""

    async def run() -> Any:
        with capture_logs() as logs:
            runner = await listen(cast("Any", Says(report)), Settings(**settings))
        assert runner is not None
        [line] = logs
        host, _, port = line["address"].rpartition(":")
        found = await asyncio.to_thread(use, host.strip("[]"), int(port))
        await runner.cleanup()
        return found

    return asyncio.run(run())


def asked(path: str, method: str = "GET") -> Callable[[str, int], Any]:
    def ask(host: str, port: int) -> Any:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    return ask


def test_a_worker_that_is_well_says_so_in_json() -> None:
    for path in ("/live", "/ready"):
        answer, body = served(WELL, asked(path), health_port=0)
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("application/json")
        assert answer.headers["Server"] == "consentry"
        assert answer.headers["Cache-Control"] == "no-store"
        said = json.loads(body)
        assert said["notes"] == []
        assert said["partitions"]["3"]["topics"] == {
            "purchase": {
                "committed": 8,
                "lag": 2,
                "uncommitted": 0,
                "uncommitted_s": 0.0,
                "paused": False,
            }
        }
        assert said["phase"] == "judging"


@pytest.mark.parametrize(
    ("live", "ready", "statuses"), [(True, False, (200, 503)), (False, False, (503, 503))]
)
def test_status_codes(live: bool, ready: bool, statuses: tuple[int, int]) -> None:  # noqa: FBT001 - data
    import msgspec

    report = msgspec.structs.replace(WELL, live=live, ready=ready)
    found = tuple(
        served(report, asked(path), health_port=0)[0].status for path in ("/live", "/ready")
    )
    assert found == statuses


def test_nothing_else_is_served() -> None:
    assert served(WELL, asked("/"), health_port=0)[0].status == 404
    assert served(WELL, asked("/live", "POST"), health_port=0)[0].status == 405


def test_by_default_it_listens_on_this_machine_only() -> None:
    assert Settings().health_address == "127.0.0.1"
    host = served(WELL, lambda host, _port: host, health_port=0)
    assert host == "127.0.0.1"


@pytest.fixture
def taken() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def start(settings: Settings) -> Any:
    return asyncio.run(listen(cast("Any", Says(WELL)), settings))


def test_a_port_that_was_chosen_and_is_taken_is_an_error(taken: int) -> None:
    with pytest.raises(ConsentryError, match=f"127.0.0.1:{taken}") as refused:
        start(Settings(health_port=taken))
    assert "health_port of its own" in refused.value.remedy


def test_an_address_of_another_machine_is_an_error() -> None:
    with pytest.raises(ConsentryError, match=r"192\.0\.2\.1:0"):
        start(Settings(health_address="192.0.2.1", health_port=0))


def test_the_default_port_may_be_taken(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    monkeypatch.setitem(settings.__dict__, "health_port", taken)
    with capture_logs() as logs:
        assert start(settings) is None
    [line] = logs
    assert (line["event"], line["log_level"]) == ("health.off", "warning")
    assert "health_port of its own" in line["remedy"]


def test_it_can_be_switched_off() -> None:
    with capture_logs() as logs:
        assert start(Settings(health_port=-1)) is None
    assert logs == []
