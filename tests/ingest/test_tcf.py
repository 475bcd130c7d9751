"""TCF strings: decoded as the reference does, refused where they are cut, and what grants."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.instants import format_instant
from streams.ingest.tcf import TcfString, read_tcf
from tests.ingest.tcf_reference import VECTORS
from tests.ingest.tcf_vectors import core, disclosed, publisher, segment

WHOLE = f"{core()}.{disclosed()}.{publisher()}"


@pytest.mark.parametrize(("text", "expected"), VECTORS.values(), ids=VECTORS)
def test_strings_of_the_reference_encoder(text: str, expected: dict[str, Any]) -> None:
    read = read_tcf(text)
    found = {name: getattr(read, name) for name in expected}
    found["restrictions"] = [
        (one.purpose, one.kind, set().union(*one.vendors)) for one in read.restrictions
    ]
    assert found == expected
    assert format_instant(read.created) == "2026-03-02T00:00:00.000Z"
    assert read.service_specific


def test_what_the_strings_of_the_reference_encoder_grant() -> None:
    """Purposes 1, 3 and 4, the vendor, the vendor shown, and no restriction; else nothing."""
    granted = {
        name: {vendor for vendor in range(1, 1000) if read_tcf(text).consents(vendor)}
        for name, (text, _) in VECTORS.items()
        if read_tcf(text).fault() is None
    }
    assert {name for name, vendors in granted.items() if vendors} == {
        "v23-accept-some", "v23-range-encoded",
    }  # fmt: skip
    assert granted["v23-accept-some"] == {25, 91, 793}
    assert len(granted["v23-range-encoded"]) == 899
    assert set(VECTORS) - set(granted) == {"v22-no-disclosed-segment"}


def consents(vendor: int = 91, **given: Any) -> bool:
    shown = given.pop("shown", (25, 91, 793))
    return read_tcf(f"{core(**given)}.{disclosed(shown)}").consents(vendor)


def test_what_grants_and_what_does_not() -> None:
    assert consents()
    assert consents(ranges=True)
    assert not consents(purposes=(1, 3))
    assert not consents(purposes=(3, 4))
    assert not consents(ids=(25,))
    assert not consents(shown=(25,))
    assert not consents(purposes=(), interests=(1, 3, 4), ids=(), interest_ids=(91,))
    assert not consents(restrictions=[(4, 0, [91])])
    assert not consents(restrictions=[(3, 2, [80, 91, 92])])
    assert consents(restrictions=[(4, 1, [91]), (4, 0, [25]), (7, 0, [91])])


def fault(**given: Any) -> str | None:
    return read_tcf(f"{core(**given)}.{disclosed()}").fault()


def test_which_strings_are_none_to_go_by() -> None:
    february = datetime(2026, 2, 28, 23, 59, tzinfo=UTC)
    assert fault() is None
    assert fault(policy=4, at=february) is None
    assert "after its end" in str(fault(policy=4))
    assert "before TCF 2.2" in str(fault(policy=3, at=february))
    assert "which vendors were shown" in str(read_tcf(core()).fault())


def said(read: TcfString) -> tuple[Any, ...]:
    return (read.purposes, read.vendors, read.disclosed, read.restrictions, read.policy)


@pytest.mark.parametrize("text", [WHOLE, *(text for text, _ in VECTORS.values()),
                                  f"{core(ranges=True)}.{disclosed(ranges=True)}"])  # fmt: skip
def test_no_cut_reads_as_something_else(text: str) -> None:
    """Refused, or all that decides is the same, or the string is none to go by."""
    whole = said(read_tcf(text))
    refused = 0
    for end in range(len(text)):
        try:
            read = read_tcf(text[:end])
        except ValueError:
            refused += 1
            continue
        assert said(read) == whole or read.fault() is not None, end
    # What is left are cuts between segments, and of the zeros that fill the last.
    assert refused >= len(text) - 8


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cut short"),
        (core(version=1), "another version"),
        (f"{WHOLE}.", "cut short"),
        (f"{core()}.{disclosed()}.{disclosed()}", "there twice"),
        (f"{core()}.{core()}", "unknown, outdated"),
        (core() + "AAAA", "longer than its fields"),
        (core()[:-1] + "!", "no base64"),
        ("é" + core()[1:], "no base64"),
        ("C" * 30_000, "longer than any"),
    ],
)
def test_what_is_no_string(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_tcf(text)


def test_ranges_that_overlap_without_end_are_refused() -> None:
    """A few kilobytes could stand for hundreds of millions of ids."""
    many = f"{4000:012b}" + f"1{1:016b}{65_535:016b}" * 4000
    shown = segment("001" + f"{65_535:016b}1" + many)
    with pytest.raises(ValueError, match=r"longer than any|range of vendors"):
        read_tcf(f"{core()}.{shown}")
    few = f"{40:012b}" + f"1{1:016b}{65_535:016b}" * 40
    with pytest.raises(ValueError, match="range of vendors"):
        read_tcf(f"{core()}.{segment('001' + f'{65_535:016b}1' + few)}")


def test_restrictions_for_all_vendors_again_and_again_take_no_memory() -> None:
    """Any browser can send such a string, and ingest must not run out of memory over it."""
    text = core(restrictions=[(4, 0, range(1, 65_536))] * 20)
    tracemalloc.start()
    try:
        assert not read_tcf(text).consents(25)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.", max_size=90))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert read_tcf("C" + text).policy < 64


@given(
    st.sets(st.integers(1, 24)), st.sets(st.integers(1, 900)), st.sets(st.integers(1, 900)),
    st.booleans(), st.sampled_from([8, 24]),
)  # fmt: skip
def test_what_is_encoded_is_read(
    purposes: set[int],
    ids: set[int],
    shown: set[int],
    ranges: bool,  # noqa: FBT001 - drawn
    group: int,
) -> None:
    text = f"{core(purposes=purposes, ids=ids, ranges=ranges, group=group)}.{disclosed(shown)}"
    read = read_tcf(text)
    assert read.purposes == purposes
    assert read.vendors == ids
    assert set(read.disclosed or ()) == shown
