"""The process of `consentry ingest`: its log while a broker is away."""

from __future__ import annotations

import logging

from streams.cli.ingest_process import RepeatedLines


def line(name: str, text: str) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "", 0, text, ("127.0.0.1",), None)


def test_lines_of_kafka_clients_come_once_in_a_while() -> None:
    now = [100.0]
    lets = RepeatedLines(lambda: now[0]).filter
    assert lets(line("aiokafka", "Unable to connect to %s"))
    assert not lets(line("aiokafka", "Unable to connect to %s"))
    assert lets(line("aiokafka", "Another of %s"))
    assert lets(line("aiokafka.conn", "Unable to connect to %s"))
    assert lets(line("kafka.client", "Unable to connect to %s"))
    now[0] += 5
    assert lets(line("aiokafka", "Unable to connect to %s"))


def test_every_line_of_our_own_comes() -> None:
    lets = RepeatedLines(lambda: 1.0).filter
    assert all(lets(line("consentry.ingest", "the same %s")) for _ in range(3))
