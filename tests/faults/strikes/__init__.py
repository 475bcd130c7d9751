"""What strikes during a run: importing this fills the registry."""

from tests.faults.strikes import (
    brokers,
    commands,
    exports,
    inside,
    network,
    policies,
    producers,
    workers,
)
from tests.faults.strikes.registry import STRIKES, Strike

__all__ = [
    "STRIKES",
    "Strike",
    "brokers",
    "commands",
    "exports",
    "inside",
    "network",
    "policies",
    "producers",
    "workers",
]
