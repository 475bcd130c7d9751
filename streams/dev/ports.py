"""Which ports the local broker listens on, and whether it speaks there."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass
from typing import Final

from streams.errors import ConsentryError

HOST: Final = "127.0.0.1"

# ApiVersions, version 0, of client "wait": the one request that every broker answers.
_VERSION_REQUEST: Final = b"\0\0\0\x0e" + b"\0\x12\0\0" + b"\0\0\0\1" + b"\0\4wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listeners:
    """The ports of one broker."""

    client: int
    controller: int
    secure: int | None = None
    mutual: int | None = None


class PortTakenError(ConsentryError):
    """A port was taken between the check here and Kafka's start."""


def choose_listeners(client: int, secure: int | None, mutual: int | None = None) -> Listeners:
    """Ports that can be had now; 0 is any free one, None is no such listener.

    Raises ConsentryError when one that was asked for is taken.
    """
    # Held until all are known, or the system may give one port twice.
    with contextlib.ExitStack() as held:
        return Listeners(
            client=_bindable(client, held),
            controller=_bindable(0, held),
            secure=None if secure is None else _bindable(secure, held),
            mutual=None if mutual is None else _bindable(mutual, held),
        )


def _bindable(port: int, held: contextlib.ExitStack) -> int:
    probe = held.enter_context(socket.socket())
    # As Kafka does it: a port with connections still closing can be had.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((HOST, port))
    except OSError as error:
        raise ConsentryError(
            f"port {port} on {HOST} cannot be used ({error.strerror})",
            "Choose another port (0 takes any free one), or stop what listens there.",
        ) from None
    return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether a broker speaks on a port: Kafka answers nobody before it is ready."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(_VERSION_REQUEST)
            return len(connection.recv(8)) > 0
    except OSError:
        return False
