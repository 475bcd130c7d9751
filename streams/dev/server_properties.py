"""The configuration file of the local broker: one KRaft node, small, for one machine."""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from streams.dev.ports import HOST

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from streams.dev.ports import Listeners

Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

_SCRAM_ITERATIONS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSecurity:
    """A second listener, SASL over TLS, beside the open one.

    For trying out and testing connection settings on one machine; the open listener
    stays, so this protects nothing.
    """

    users: Mapping[str, str] = field(repr=False)
    """Password of each user name."""

    mechanisms: tuple[Mechanism, ...] = ("SCRAM-SHA-512",)
    port: int = 0
    """0: any free one."""

    mutual: bool = False
    """Whether there is a third listener, which knows its clients by their certificates (mTLS)."""

    def __post_init__(self) -> None:
        for user in self.users:
            if not re.fullmatch(r"[\w.-]+", user, re.ASCII):
                raise ValueError("a user's name is letters, digits, dot, hyphen, underscore")


def server_properties(
    data_dir: Path,
    listeners: Listeners,
    security: BrokerSecurity | None,
    overrides: Mapping[str, str],
) -> str:
    """The text of `server.properties`; `overrides` win."""
    values = _node(data_dir, listeners) | _SMALL
    if security is not None:
        values |= _secure_listener(data_dir, security)
    values |= overrides
    return "".join(f"{name}={_escaped(value)}\n" for name, value in values.items())


def _node(data_dir: Path, listeners: Listeners) -> dict[str, str]:
    client = f"CLIENT://{HOST}:{listeners.client}"
    controller = f"CONTROLLER://{HOST}:{listeners.controller}"
    secure = [f"SECURE://localhost:{listeners.secure}"] if listeners.secure is not None else []
    if listeners.mutual is not None:
        secure.append(f"MUTUAL://localhost:{listeners.mutual}")
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{HOST}:{listeners.controller}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "CLIENT",
        "listeners": ",".join([client, controller, *secure]),
        "advertised.listeners": ",".join([client, *secure]),
        "listener.security.protocol.map": (
            "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL,MUTUAL:SSL"
        ),
        "log.dirs": str(data_dir / "log"),
    }


_SMALL: dict[str, str] = {
    # One node cannot replicate: the defaults of 3 would leave these topics uncreated.
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # Fifty partitions each are a second of start-up and a thousand open files for nothing.
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "1",
    # A lone consumer would wait three seconds for others to join.
    "group.initial.rebalance.delay.ms": "0",
    # After a kill the broker is let in again when its last registration has timed out.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # Nobody takes snapshots by age here, for which the controller writes twice a second while idle.
    "metadata.max.idle.interval.ms": "0",
    # A misspelt topic must be an error, as on a broker that is looked after.
    "auto.create.topics.enable": "false",
    "num.network.threads": "2",
    "num.io.threads": "4",
    # 128 MB by default, half of this broker's heap.
    "log.cleaner.dedupe.buffer.size": "16777216",
    "log.index.size.max.bytes": "1048576",
}


def _secure_listener(data_dir: Path, security: BrokerSecurity) -> dict[str, str]:
    listener = "listener.name.secure"
    values = _server_certificate(listener, data_dir)
    values[f"{listener}.sasl.enabled.mechanisms"] = ",".join(security.mechanisms)
    if security.mutual:
        values |= _server_certificate("listener.name.mutual", data_dir)
        values |= {
            "listener.name.mutual.ssl.client.auth": "required",
            "listener.name.mutual.ssl.truststore.type": "PEM",
            "listener.name.mutual.ssl.truststore.location": str(data_dir / "ca.pem"),
        }
    for mechanism in security.mechanisms:
        name = f"{listener}.{mechanism.lower()}.sasl.jaas.config"
        if mechanism == "PLAIN":
            users = " ".join(
                f"user_{user}={_quoted(word)}" for user, word in security.users.items()
            )
            module = f"plain.PlainLoginModule required {users}"
        else:
            module = "scram.ScramLoginModule required"
        values[name] = f"org.apache.kafka.common.security.{module};"
    return values


def _server_certificate(listener: str, data_dir: Path) -> dict[str, str]:
    return {
        f"{listener}.ssl.keystore.type": "PEM",
        f"{listener}.ssl.keystore.location": str(data_dir / "server.pem"),
    }


def scram_arguments(security: BrokerSecurity) -> list[str]:
    """Arguments of Kafka's storage tool that create the SCRAM users with the storage.

    They hold salted passwords, as Kafka stores them: the tool's own form for plain ones
    cannot hold every character.
    """
    return [
        f"--add-scram={mechanism}=[{_scram_user(mechanism, user, word)}]"
        for mechanism in security.mechanisms
        if mechanism != "PLAIN"
        for user, word in security.users.items()
    ]


def _scram_user(mechanism: Mechanism, user: str, word: str) -> str:
    digest = mechanism.removeprefix("SCRAM-").replace("-", "")
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac(digest, word.encode(), salt, _SCRAM_ITERATIONS)
    return (
        f"name={user},iterations={_SCRAM_ITERATIONS},"
        f'salt="{b64encode(salt).decode()}",saltedpassword="{b64encode(salted).decode()}"'
    )


def _quoted(text: str) -> str:
    """Text in double quotes as Java's JAAS parser reads it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escaped(value: str) -> str:
    r"""A value as Java's Properties reads it: ASCII, and `\u` with four digits for the rest."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = (int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))
    return "".join(chr(code) if code < 128 else f"\\u{code:04x}" for code in codes)
