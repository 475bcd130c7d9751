"""`consentry broker`: a real Kafka on this machine, in the foreground."""

from __future__ import annotations

import secrets
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.errors import ConsentryError
from streams.terminal.out import say, say_json

if TYPE_CHECKING:
    from types import FrameType

    from streams.dev.broker import LocalBroker

_SASL_USER = "consentry"
_LOOK_EVERY_S = 1.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="broker")(broker)


def broker(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the broker; 0 takes any free one.")
    ] = 9092,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder that keeps topics and records between runs. Without it a temporary "
            "one is used and deleted at the end."
        ),
    ] = None,
    sasl: Annotated[
        bool,
        typer.Option("--sasl", help="Add a second listener with TLS and a login (SCRAM-SHA-512)."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object when ready.")
    ] = False,
) -> None:
    """Run a real Apache Kafka, one node, until Ctrl-C.

    The first start downloads Kafka once (44 MB, into the cache folder); Java comes with
    the package. For trying out and for tests, not for production.

    Examples:
      consentry broker

      consentry broker --port 0 --data ./kafka-data --json
    """
    from streams.dev.broker import BrokerSecurity, LocalBroker

    security = BrokerSecurity(users={_SASL_USER: _password(data)}) if sasl else None
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    local = LocalBroker(data, port, security=security, long_lived=True, say=_say)
    with local:
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        if security is not None:
            _keep_password(local.data_dir, security.users[_SASL_USER])
        _announce(local, as_json=as_json)
        while not ended.wait(_LOOK_EVERY_S):
            local.check_running()
        if not as_json:
            say("stopping")


def _announce(local: LocalBroker, *, as_json: bool) -> None:
    facts: dict[str, Any] = {"brokers": local.bootstrap, "data": str(local.data_dir)}
    if local.security is not None:
        facts |= {
            "secure_brokers": local.secure_bootstrap,
            "ssl_ca_file": str(local.ca_file),
            "sasl_username": _SASL_USER,
            "sasl_password_file": str(_password_file(local.data_dir)),
        }
    if as_json:
        say_json(facts, indent=None)
    else:
        say(f"Kafka is ready on {local.bootstrap}")
        for name, value in list(facts.items())[1:]:
            say(f"  {name:<18} {value}")
        say(f"  {'log':<18} {local.log_file}")
        say(f"Point Consentry at it: export CONSENTRY_BROKERS={local.bootstrap}")
        say("Ctrl-C stops it.")


def _password_file(data: Path) -> Path:
    return data / "sasl-password"


def _password(data: Path | None) -> str:
    """The password that a data folder was made with, or a new one for a new folder.

    Raises ConsentryError for a folder made without one: Kafka stores its users when the
    folder is prepared.
    """
    if data is not None and _password_file(data).is_file():
        return _password_file(data).read_text("utf-8")
    if data is not None and (data / "log").exists():
        raise ConsentryError(
            f"the data folder {data} was made without --sasl, so it has no user to log in",
            "Choose a new folder, or leave --sasl out.",
        )
    return secrets.token_urlsafe(18)


def _keep_password(data: Path, password: str) -> None:
    path = _password_file(data)
    path.touch(mode=0o600)
    path.write_text(password, "utf-8")


def _say(line: str) -> None:
    say(line, err=True)
