"""What strikes during a run: importing this fills the registry."""

from tests.faults.strikes import (
    brokers,
    commands,
    exports,
    foreign,
    inside,
    network,
    policies,
    producers,
    restrictions,
    workers,
)
from tests.faults.strikes.registry import STRIKES, Strike

__all__ = [
    "STRIKES",
    "Strike",
    "brokers",
    "commands",
    "exports",
    "foreign",
    "inside",
    "network",
    "policies",
    "producers",
    "restrictions",
    "workers",
]
