"""The citations that are put together beforehand are those of the catalogue at every instant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.citations import citations_of
from streams.core.codes import CODES
from streams.core.instants import EARLIEST, LATEST, Instant
from streams.core.vocabulary import Code


@pytest.mark.parametrize("code", Code)
def test_around_each_edge(code: Code) -> None:
    entry = CODES[code]
    edges = {edge for one in entry.citations for edge in (one.since, one.until)}
    for edge in {*edges, EARLIEST, LATEST}:
        for beside in (-1, 0, 1):
            at = Instant(edge + beside)
            assert citations_of(code, at) == entry.citations_at(at)
    assert citations_of(code, None) == entry.citations_at(None)


@given(st.sampled_from(Code), st.integers(EARLIEST - 10, LATEST + 10).map(Instant))
def test_at_any_instant(code: Code, at: Instant) -> None:
    assert citations_of(code, at) == CODES[code].citations_at(at)
