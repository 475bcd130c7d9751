"""The address of a finding is the version 5 UUID (RFC 9562) of whom and what it is about."""

from __future__ import annotations

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from streams.core.identifiers import KEY_SEPARATOR, violation_id

FINDINGS = UUID("6f6e7365-6e74-5279-8000-636f6e736e74")
PART = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)


@given(PART, PART, PART, PART, PART)
def test_any_address(who: str, whom: str, kind: str, event: str, slot: str) -> None:
    name = KEY_SEPARATOR.join((who, whom, kind, event, slot))
    assert violation_id(who, whom, kind, event, slot) == str(uuid5(FINDINGS, name))
