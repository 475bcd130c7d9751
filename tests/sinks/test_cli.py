"""`consentry sinks check` and `test`: what each receiver said, and how it ends."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from streams.cli.main import main
from tests.sinks.real import free_port


class _Taking(BaseHTTPRequestHandler):
    """Takes everything and keeps it."""

    got: list[dict[str, object]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(json.loads(body))  # type: ignore[attr-defined]  # ours
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self.send_response(405)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def taking() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Taking)
    server.got = []  # type: ignore[attr-defined]  # ours
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def config(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "consentry.toml"
    path.write_text(text, "utf-8")
    monkeypatch.setenv("CONSENTRY_CONFIG", str(path))


def test_a_test_and_its_close_reach_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "findings"
    text = f'[sinks.wazuh]\ntype = "file"\nformat = "flat"\npath = "{path}"\n'
    config(tmp_path, text, monkeypatch)
    assert main(["sinks", "check"]) == 0
    assert path.read_text("utf-8") == ""
    assert main(["sinks", "test", "wazuh"]) == 0
    said = capsys.readouterr().out
    assert "ok    wazuh  the test is taken: delivered" in said
    opened, closed = map(json.loads, path.read_text("utf-8").splitlines())
    assert opened["consentry.test"] is closed["consentry.test"] is True
    assert opened["consentry.id"] == closed["consentry.id"]
    assert (opened["consentry.open"], closed["consentry.open"]) == (True, False)
    assert "This is a test" in opened["consentry.message"]


def test_sinks_for_people_get_an_alert_and_its_resolve(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    taking: ThreadingHTTPServer,
) -> None:
    port = taking.server_address[1]
    text = f'[sinks.oncall]\ntype = "pagerduty"\nurl = "http://127.0.0.1:{port}/v2/enqueue"\n'
    config(tmp_path, text, monkeypatch)
    monkeypatch.setenv("CONSENTRY_SINK_ONCALL_ROUTING_KEY", "a" * 32)
    monkeypatch.setenv("CONSENTRY_SINK_ONCALL_ROUTNG_KEY", "s3cret-Word")
    assert main(["sinks", "test", "--json"]) == 0
    said = capsys.readouterr()
    (report,) = json.loads(said.out)["sinks"]
    assert report["ok"] is True
    assert "CONSENTRY_SINK_ONCALL_ROUTNG_KEY is no secret of a sink" in said.err
    assert "s3cret-Word" not in said.out + said.err
    trigger, resolve = taking.got  # type: ignore[attr-defined]  # ours
    assert trigger["payload"]["summary"].startswith("[TEST] ")
    assert (trigger["event_action"], resolve["event_action"]) == ("trigger", "resolve")


def test_what_does_not_hold_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "findings"
    text = (
        f'[sinks.good]\ntype = "file"\npath = "{path}"\n'
        f'[sinks.away]\ntype = "syslog"\nhost = "127.0.0.1"\nport = {free_port()}\n'
        'transport = "tcp"\n'
    )
    config(tmp_path, text, monkeypatch)
    for what in ("check", "test"):
        assert main(["sinks", what]) == 1
        said = capsys.readouterr()
        assert "FAIL  away" in said.out
        assert "not reached" in said.out
        assert "ok    good" in said.out
        assert "Traceback" not in said.out + said.err
    assert main(["sinks", "check", "good"]) == 0


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("", [], "there are no sinks"),
        ('[sinks.a]\ntype = "file"\npath = "x"', ["b"], "there is no sink 'b'"),
        ('[sinks.a]\ntype = "splunk"', [], "did you mean splunk_hec?"),
        ('[sinks.a]\ntype = "slack"\nurl = "https://s3cret-Word"', [], "a secret does not belong"),
        ('[sinks.a]\ntype = "slack"', [], "url: is missing: give url_file or the variable"),
        ("partitons = 3", [], "there is no such setting"),
    ],
)
def test_settings_that_cannot_be_used_end_with_2(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    arguments: list[str],
    said: str,
) -> None:
    config(tmp_path, text, monkeypatch)
    assert main(["sinks", "check", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "s3cret-Word" not in error
    assert "Traceback" not in error
