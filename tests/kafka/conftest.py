"""A bus for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kafka.harness import Bus


@pytest.fixture
def bus(kafka: str, unique: str) -> Iterator[Bus]:
    """Two partitions, ticks by the worker."""
    with Bus(kafka, unique) as one:
        yield one


@pytest.fixture
def timed(kafka: str, unique: str) -> Iterator[Bus]:
    """Two partitions; time stands still until the test ticks."""
    with Bus(kafka, unique, tick_source="external") as one:
        yield one
