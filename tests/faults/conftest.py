"""One cluster for all tests of the campaign; each run has topics of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.cluster import Cluster


@pytest.fixture(scope="package")
def cluster() -> Iterator[Cluster]:
    """A broker that may be killed, behind a proxy."""
    with Cluster() as one:
        yield one
