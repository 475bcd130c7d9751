"""Who takes part: Consentry, and what people would use instead."""

from bench.peers.consentry import CONSENTRY, CONSENTRY_ON_DISK, CONSENTRY_RANDOM
from bench.peers.java_peer import (
    AT_LEAST_ONCE,
    EXACTLY_ONCE,
    EXACTLY_ONCE_KEEPING,
    EXACTLY_ONCE_QUICK,
)
from bench.peers.peer import Peer
from bench.peers.programs import (
    BARE_AIOKAFKA,
    BARE_LIBRDKAFKA,
    BARE_LIBRDKAFKA_KEEPING,
    QUIX,
    STOCK_FAUST,
    STOCK_FAUST_KEEPING,
)
from bench.programs.job import Aim, Job

__all__ = [
    "AT_LEAST_ONCE",
    "BARE_AIOKAFKA",
    "BARE_LIBRDKAFKA",
    "BARE_LIBRDKAFKA_KEEPING",
    "CONSENTRY",
    "CONSENTRY_ON_DISK",
    "CONSENTRY_RANDOM",
    "EXACTLY_ONCE",
    "EXACTLY_ONCE_KEEPING",
    "EXACTLY_ONCE_QUICK",
    "QUIX",
    "STOCK_FAUST",
    "STOCK_FAUST_KEEPING",
    "Aim",
    "Job",
    "Peer",
]
