"""What strikes during a run: importing this fills the registry."""

from tests.faults.strikes import brokers, inside, network, policies, producers, workers
from tests.faults.strikes.registry import STRIKES, Strike

__all__ = ["STRIKES", "Strike", "brokers", "inside", "network", "policies", "producers", "workers"]
