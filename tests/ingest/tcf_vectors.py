"""Encodes TCF strings for tests, by the layout of the specification and not by our reader."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime

MARCH = datetime(2026, 3, 2, tzinfo=UTC)


def segment(bits: str, *, group: int = 24) -> str:
    """Bits as base64, filled with zeros to whole groups."""
    filled = bits + "0" * (-len(bits) % group)
    content = int(filled, 2).to_bytes(len(filled) // 8, "big")
    return urlsafe_b64encode(content).decode().rstrip("=")


def flags(numbers: Iterable[int], width: int) -> str:
    return "".join("1" if n in set(numbers) else "0" for n in range(1, width + 1))


def vendors(ids: Iterable[int], *, ranges: bool = False) -> str:
    listed = sorted(ids)
    highest = listed[-1] if listed else 0
    if not ranges:
        return f"{highest:016b}0" + flags(listed, highest)
    return f"{highest:016b}1" + entries(listed)


def entries(ids: Iterable[int]) -> str:
    runs: list[list[int]] = []
    for one in sorted(ids):
        if runs and runs[-1][1] == one - 1:
            runs[-1][1] = one
        else:
            runs.append([one, one])
    return f"{len(runs):012b}" + "".join(
        f"0{a:016b}" if a == b else f"1{a:016b}{b:016b}" for a, b in runs
    )


def core(
    *,
    purposes: Iterable[int] = (1, 3, 4),
    interests: Iterable[int] = (),
    ids: Iterable[int] = (25, 91),
    interest_ids: Iterable[int] = (),
    restrictions: Iterable[tuple[int, int, Iterable[int]]] = (),
    policy: int = 5,
    version: int = 2,
    at: datetime = MARCH,
    ranges: bool = False,
    group: int = 24,
) -> str:
    """The first segment."""
    tenths = int(at.timestamp() * 10)
    kept = list(restrictions)
    bits = (
        f"{version:06b}{tenths:036b}{tenths:036b}{300:012b}{3:012b}{1:06b}{4:06b}{13:06b}{48:012b}"
        f"{policy:06b}10{0:012b}{flags(purposes, 24)}{flags(interests, 24)}0{13:06b}{11:06b}"
        f"{vendors(ids, ranges=ranges)}{vendors(interest_ids, ranges=ranges)}{len(kept):012b}"
        + "".join(f"{purpose:06b}{kind:02b}{entries(of)}" for purpose, kind, of in kept)
    )
    return segment(bits, group=group)


def disclosed(ids: Iterable[int] = (25, 91, 793), *, ranges: bool = False) -> str:
    """The segment of the vendors that were shown."""
    return segment("001" + vendors(ids, ranges=ranges))


def publisher(purposes: Iterable[int] = (1, 4), custom: int = 2) -> str:
    """The segment of the publisher's own purposes."""
    return segment("011" + flags(purposes, 24) + "0" * 24 + f"{custom:06b}" + "1" * 2 * custom)
