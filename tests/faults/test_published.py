"""What stands after erasures and rebuilds is read as it is; what differs is named."""

from __future__ import annotations

from typing import cast

import msgspec

from streams.core.findings import Finding
from streams.core.vocabulary import Status
from streams.wire.commands import REBUILT
from streams.wire.findings import encode_finding
from tests.faults.checks import Kind, Published
from tests.faults.published import read_published, repeated
from tests.faults.second import differences
from tests.kafka.outputs import Outputs
from tests.model.foreign import FOREIGN
from tests.model.log import Record
from tests.siem.lives import quality


class Topics:
    """Outputs with records of the test: published again, or not, or None: by somebody else."""

    class names:  # noqa: N801 - as of the settings
        violations, duties = "violations", "duties"

    def __init__(self, *written: tuple[Finding | None, bool | None]) -> None:
        self._written = written

    def read(self, topic: str) -> list[Record]:
        return [
            Record(
                topic,
                0,
                offset,
                0,
                b"id",
                None if one is None else encode_finding(one),
                [FOREIGN] if again is None else [REBUILT] * again,
            )
            for offset, (one, again) in enumerate(self._written)
            if topic == "violations"
        ]


def published(*written: tuple[Finding | None, bool | None]) -> Published:
    return read_published(cast("Outputs", Topics(*written)))


FIRST = msgspec.structs.replace(quality(), code="MSG_AFTER_OPT_OUT", revision=1)
SECOND = msgspec.structs.replace(FIRST, revision=2, status=Status.REVISED)


def test_what_was_erased_is_gone_and_begins_again() -> None:
    found = published((FIRST, False), (SECOND, False), (None, False), (FIRST, False))
    assert found.findings == [FIRST]
    assert found.erased == 1
    assert repeated(found) == []


def test_what_is_published_again_counts_once() -> None:
    found = published((FIRST, False), (FIRST, True), (SECOND, False), (SECOND, True))
    assert found.findings == [FIRST, SECOND]
    assert found.rebuilt == 2
    assert repeated(found) == []


def test_a_rebuild_that_says_something_older_is_named() -> None:
    found = published((FIRST, False), (SECOND, False), (FIRST, True))
    [problem] = repeated(found)
    assert (problem.kind, problem.examples) == (Kind.WRONG, "violations/0/2")
    assert repeated(published((None, False), (FIRST, True))) != []


def test_a_revision_without_the_header_is_there_twice() -> None:
    [problem] = repeated(published((FIRST, False), (FIRST, False)))
    assert problem.kind is Kind.TWICE


def test_what_somebody_else_wrote_stands_until_it_is_outdone_or_taken_away() -> None:
    third = msgspec.structs.replace(FIRST, revision=3)
    for last, stands in ((None, False), (SECOND, False), (FIRST, True)):
        found = published((FIRST, None), (last, False))
        assert bool(found.foreign) is stands
    [problem] = repeated(published((SECOND, False), (third, None)))
    assert (problem.kind, problem.count) == (Kind.WRONG, 1)


def test_a_second_installation_that_stands_otherwise_is_named() -> None:
    first, other = published((FIRST, False)), published((SECOND, False))
    assert differences(first, other) == [], "how it came about does not matter"
    other = published((msgspec.structs.replace(FIRST, code="MSG_NO_VALID_CONSENT"), False))
    [problem] = differences(first, other)
    assert problem.what.startswith("findings that differ")
    assert differences(first, published()) != []
