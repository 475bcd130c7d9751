"""How often something has become ten times as much: what is worth a new notification."""

from __future__ import annotations

from typing import Final

MOST: Final = 3
"""After a thousand times as many, nobody is notified once more."""


def growth(base: int, open_: int) -> int:
    """0 below ten times the `base`, then 1, from a hundred times on 2, from a thousand on 3."""
    if base <= 0:
        return 0
    steps = 0
    while steps < MOST and open_ >= base * 10 ** (steps + 1):
        steps += 1
    return steps
