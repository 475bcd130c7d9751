"""A bus for each test; nobody judges on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kafka.harness import Bus


@pytest.fixture
def bus(kafka: str, unique: str) -> Iterator[Bus]:
    """Two partitions."""
    with Bus(kafka, unique) as one:
        yield one
