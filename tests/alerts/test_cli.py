"""`consentry alerts check` and `stats`: what they say, and how they end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from streams.alerts.account import Accounting
from streams.cli.main import main
from streams.core.codes import CODES
from tests.alerts.test_table import GOOD, SINKS
from tests.metrics.accounts import exposed
from tests.sinks.real import free_port


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "consentry.toml"
    path.write_text(SINKS + GOOD, "utf-8")
    monkeypatch.setenv("CONSENTRY_CONFIG", str(path))
    return path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_check_names_route_sinks_waiver_and_quiet_hours(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts", "check", "S07", "--at", "2026-11-27T01:00:00Z"]) == 0
    assert said(capsys) == (
        "HIGH NO_CONSENT pager (route page); PROVISIONAL waits 60 s; held back now: quiet hours; "
        "shown as waived until 2026-12-31 01:00 CET: Migration (owner Privacy office)"
    )


def test_check_says_where_nobody_is_notified(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts", "check", "NO_CONSENT", "--severity", "low"]) == 0
    assert "nobody is notified (no route)" in said(capsys)


def test_check_lists_all_codes_as_json(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts", "check", "--json", "--at", "2027-01-01T00:00:00Z"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in found["routes"]] == list(CODES)
    assert found["expired_waivers"] == ["Migration"]
    assert found["sinks_without_route"] == []


def test_check_warns_of_a_sink_that_no_route_names(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured.write_text(SINKS, "utf-8")
    assert main(["alerts", "check", "NO_CONSENT"]) == 0
    assert "no route names the sink pager" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["S99"], ["--severity", "loud"], ["--at", "soon"]])
def test_check_refuses_what_does_not_exist(
    configured: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(["alerts", "check", *arguments]) == 2
    assert capsys.readouterr().err.startswith("error: ")


class _Metrics(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        accounts = self.server.accounts  # type: ignore[attr-defined]  # ours
        body = exposed(accounts).encode()
        self.send_response(200 if self.path == "/metrics" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def deliverer() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Metrics)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def account(**changes: int) -> Accounting:
    counts = {"raised": 9, "delivered": 2, "grouped": 3, "dead_lettered": 1, "pending": 1}
    return Accounting(muted={"waived": 2}, **(counts | changes))


def test_stats_show_the_equation(
    configured: Path, deliverer: ThreadingHTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    deliverer.accounts = {"pager": account()}  # type: ignore[attr-defined]  # ours
    port = str(deliverer.server_port)
    assert main(["alerts", "stats", "--port", port]) == 0
    assert said(capsys) == (
        "pager: raised 9 = 2 delivered + 3 grouped + 2 muted + 1 dead-lettered + 1 pending "
        "muted, waived: 2"
    )
    assert main(["alerts", "stats", "--port", port, "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["sinks"].values()
    assert (one["raised"], one["muted"], one["balanced"]) == (9, 2, True)


def test_stats_say_when_the_equation_does_not_hold(
    configured: Path, deliverer: ThreadingHTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    deliverer.accounts = {"pager": account(raised=11)}  # type: ignore[attr-defined]  # ours
    assert main(["alerts", "stats", "--port", str(deliverer.server_port)]) == 1
    published = capsys.readouterr()
    assert "raised 11 ≠ 2 delivered" in published.out
    assert "2 unaccounted for" in published.err


def test_stats_say_that_nobody_answers(
    configured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["alerts", "stats", "--port", str(free_port())]) == 2
    assert "does not answer: ConnectionRefusedError" in capsys.readouterr().err
