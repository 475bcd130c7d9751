"""Loads that arrive at a receiver, by their identity."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from streams.sinks.contract import DeliveryResult, DeliveryStatus
from tests.sinks.benches import (
    Bench,
)
from tests.sinks.loads import MARK, until

ARRIVES_S = 20.0
"""How long what is settled may be on its way."""
SETTLED = {DeliveryStatus.DELIVERED, DeliveryStatus.DUPLICATE}


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def by_identity(given: Sequence[Any], ids: Sequence[str]) -> dict[str, list[str]]:
    """What one finding or group has, in order."""
    found: dict[str, list[str]] = {}
    for load, one in zip(given, ids, strict=True):
        found.setdefault(getattr(load, "identity", None) or load.key, []).append(one)
    return found


def harmless(outcomes: Sequence[DeliveryResult]) -> bool:
    """Reasons are short and quote nothing."""
    return all(MARK not in one.reason and len(one.reason) <= 200 for one in outcomes)


async def arrives(here: Bench) -> None:
    """Wait until the receiver has each load. Raises AssertionError with what is missing."""
    try:
        await until(lambda: set(here.received()) >= set(here.ids), within_s=ARRIVES_S)
    except TimeoutError:
        missing = sorted(set(here.ids) - set(here.received()))
        raise AssertionError(
            f"settled, but {len(missing)} of {len(set(here.ids))} never came: {missing[0]}"
        ) from None
