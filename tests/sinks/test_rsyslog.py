"""rsyslog as the receiver: TCP, TLS and RELP; each message arrives whole and alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from streams.dev.certificates import write_certificates
from streams.sinks.contract import DELIVERED, SinkDown
from tests.receivers import needs
from tests.siem.readers import read_cef, read_leef, read_rfc5424
from tests.sinks.benches import options
from tests.sinks.loads import in_loop, until, updates
from tests.sinks.real import free_port, running

GIVEN = updates(findings=20, duties=5)
UIDS = sorted(update.uid for update in GIVEN)

_INPUTS = {
    "tcp": 'module(load="imtcp")\ninput(type="imtcp" address="127.0.0.1" port="{port}")',
    # What reads a line each, as syslog-ng's network() and many appliances do.
    "lines": """module(load="imtcp")
input(type="imtcp" address="127.0.0.1" port="{port}" supportOctetCountedFraming="off")""",
    "tls": """global(
  defaultNetstreamDriver="gtls"
  defaultNetstreamDriverCAFile="{folder}/ca"
  defaultNetstreamDriverCertFile="{folder}/server"
  defaultNetstreamDriverKeyFile="{folder}/server"
)
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imtcp" address="127.0.0.1" port="{port}")""",
    "relp": 'module(load="imrelp")\ninput(type="imrelp" address="127.0.0.1" port="{port}")',
}
_CONFIG = """global(workDirectory="{folder}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off")
{input}
template(name="whole" type="string" string="%rawmsg%\\n")
action(type="omfile" file="{folder}/messages" template="whole" asyncWriting="off" flushOnTXEnd="on")
"""


@contextmanager
def rsyslog(how: str, folder: Path, port: int) -> Iterator[Path]:
    """An rsyslogd of our own, with its configuration, pid file and output in the folder."""
    program = needs("rsyslogd", "rsyslog", "rsyslog-gnutls", "rsyslog-relp")
    write_certificates(folder / "ca", folder / "server")
    config = folder / "rsyslog.conf"
    listens = _INPUTS[how].format(folder=folder, port=port)
    config.write_text(_CONFIG.format(folder=folder, input=listens), "utf-8")
    command: list[str | Path] = [program, "-n", "-f", config, "-i", folder / "pid"]
    with running(command, folder, port, "rsyslogd"):
        yield folder / "messages"


@pytest.mark.parametrize(
    ("how", "form"),
    [
        *((how, form) for how in ("tcp", "tls", "relp") for form in ("rfc5424", "cef", "leef")),
        ("lines", "cef"),
    ],
)
@in_loop
async def test_rsyslog_takes_it(tmp_path: Path, form: str, how: str) -> None:
    port = free_port()
    with rsyslog(how, tmp_path, port) as written:
        sink = options(
            "relp" if how == "relp" else "syslog",
            tmp_path,
            port,
            format=form,
            transport="tls" if how == "tls" else "tcp",
            ca_file=tmp_path / "ca",
            **({"framing": "newline"} if how == "lines" else {}),
        ).open()
        assert all(one.ok for one in await sink.check())
        assert set(await sink.send(GIVEN)) == {DELIVERED}
        await sink.close()
        await until(lambda: lines(written) >= len(GIVEN))
        found = written.read_text("utf-8").split("\n")[:-1]
    assert sorted(_uid(one, form) for one in found) == UIDS
    # The receiver logs a connection that just ends.
    log = (tmp_path / "rsyslogd.log").read_text("utf-8")
    assert "error" not in log.lower(), log


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _uid(line: str, form: str) -> str:
    message = read_rfc5424(line)
    if form == "cef":
        extension = read_cef(message.text).extension
        kind = "duty:" if extension["cat"] == "duty" else ""
        return f"{kind}{extension['externalId']}:{extension['cn1']}"
    if form == "leef":
        attributes = read_leef(message.text).attributes
        return f"{attributes['findingId']}:{attributes['revision']}"
    (data,) = message.data.values()
    return f"{data['id']}:{data['revision']}"


@in_loop
async def test_relp_ends_with_everything_there_when_the_receiver_is_killed(tmp_path: Path) -> None:
    """What was confirmed is on the disk or is sent again: nothing is missing in the end."""
    port = free_port()
    sink = options("relp", tmp_path, port, timeout_s=5).open()
    many = updates(findings=200)
    with rsyslog("relp", tmp_path, port) as written:
        assert set(await sink.send(many[:100])) == {DELIVERED}
        await until(lambda: lines(written) >= 100)
    waiting = many[100:]
    with pytest.raises(SinkDown):
        await sink.send(waiting)
    with rsyslog("relp", tmp_path, port) as written:
        assert set(await sink.send(waiting)) == {DELIVERED}
        await until(lambda: lines(written) >= len(many))
        found = {_uid(one, "rfc5424") for one in written.read_text("utf-8").split("\n")[:-1]}
    await sink.close()
    assert found == {update.uid for update in many}
