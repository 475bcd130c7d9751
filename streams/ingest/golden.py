"""Golden pairs: what a map must make of a record, beside the map in `golden.jsonl`.

    {"pair": "a confirmed purpose is a grant", "input": {...}, "expect": [{...}]}

Each line is a pair. `input` is the record (or `text`: its text as it comes), `headers` its
headers, `people` the identity table. Each outcome that is expected, in its order, is an event
without what follows from the map (controller_id, source_system, and recorded_at where it is
occurred_at), or `{"ignored": "reason"}`, or `{"rejected": "reason"}`. A subject is written as
`{"email": "..."}`: the pseudonym is derived with the key of docs/events.md's test vectors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from streams.errors import ConsentryError
from streams.ingest.identities import Identities
from streams.ingest.load import REMEDY, load_map
from streams.ingest.map_spec import InputFormat, MapSpec
from streams.ingest.mapping import Mapping as BoundMap
from streams.ingest.outcomes import IgnoredItem, MappedEvent, Outcome
from streams.ingest.subjects import PseudonymKey
from streams.settings.text import text_of
from streams.wire.encode import event_record
from streams.wire.pseudonym import NotNormalisable, ValueKind

FILE_NAME: Final = "golden.jsonl"
TEST_KEY: Final = PseudonymKey(b"only-for-test-vectors-never-for-people")
"""The key of the test vectors in docs/events.md: for made-up people only."""
TEST_CONTROLLER: Final = "OURCO"
_KEYS: Final = frozenset({"pair", "input", "text", "headers", "people", "expect"})


@dataclass(frozen=True)
class GoldenPair:
    """A record, and what must become of it."""

    file: str
    line: int
    name: str
    record: Any
    headers: Mapping[str, str]
    people: Sequence[Sequence[str]]
    expect: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class PairResult:
    """A pair that was tried. `differences` is empty where it holds."""

    pair: GoldenPair
    differences: tuple[str, ...]


def read_pairs(folder: Path, spec: MapSpec) -> list[GoldenPair]:
    """The pairs beside a map. Raises ConsentryError, with the line, for what is none."""
    path = folder / FILE_NAME
    text = text_of(path, str(path), REMEDY)
    pairs = [
        _pair(str(path), number, line, spec)
        for number, line in enumerate(text.split("\n"), start=1)
        if line.strip()
    ]
    if not pairs:
        raise ConsentryError(f"{path} holds no pairs", REMEDY)
    return pairs


def _pair(file: str, number: int, line: str, spec: MapSpec) -> GoldenPair:
    where = f"{file}:{number}"
    try:
        raw = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConsentryError(f"{where} is no JSON: {error}", REMEDY) from None
    if not isinstance(raw, dict) or not set(raw) <= _KEYS or ("input" in raw) == ("text" in raw):
        raise ConsentryError(
            f"{where} is no pair: it holds pair, input or text, expect, and maybe headers and "
            "people",
            REMEDY,
        )
    expect = raw.get("expect")
    if not isinstance(raw.get("pair"), str) or not isinstance(expect, list) or not expect:
        raise ConsentryError(f"{where}: pair (its name) or expect (a list) is missing", REMEDY)
    if not all(isinstance(one, dict) for one in expect):
        raise ConsentryError(f"{where}: expect holds something else than objects", REMEDY)
    if not isinstance(raw.get("headers", {}), dict):
        raise ConsentryError(f"{where}: headers is no object", REMEDY)
    people = raw.get("people", [])
    if not isinstance(people, list) or not all(people):
        raise ConsentryError(f"{where}: people is no list of people with subjects", REMEDY)
    try:
        return GoldenPair(
            file=file,
            line=number,
            name=raw["pair"],
            record=_record(raw, spec),
            headers=raw.get("headers", {}),
            people=[[_subject(key) for key in person] for person in raw.get("people", [])],
            expect=[_expected(one) for one in expect],
        )
    except (NotNormalisable, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ConsentryError(f"{where}: {error}", REMEDY) from None


def _record(raw: Mapping[str, Any], spec: MapSpec) -> Any:
    if "text" in raw:
        return raw["text"].encode()
    if spec.format is InputFormat.VALUE:
        return raw["input"]
    return json.dumps(raw["input"], ensure_ascii=False).encode()


def _subject(written: Any) -> str:
    if isinstance(written, str):
        return written
    ((kind, value),) = written.items()
    return TEST_KEY.of(ValueKind(kind), value)


def _expected(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"subject_id": _subject(one["subject_id"])} if "subject_id" in one else one


def try_pair(spec: MapSpec, pair: GoldenPair) -> PairResult:
    """Apply the map, and compare."""
    bound = BoundMap(spec, TEST_KEY, Identities(pair.people))
    outcomes = bound.apply(pair.record, pair.headers)
    return PairResult(pair, tuple(_differences(outcomes, pair.expect, spec)))


def try_map(path: Path) -> tuple[MapSpec, list[PairResult]]:
    """Load a map, from its file or folder, and try all its pairs."""
    spec = load_map(path, controller_id=TEST_CONTROLLER)
    folder = path if path.is_dir() else path.parent
    return spec, [try_pair(spec, pair) for pair in read_pairs(folder, spec)]


def _differences(
    outcomes: Sequence[Outcome], expect: Sequence[Mapping[str, Any]], spec: MapSpec
) -> Iterator[str]:
    if len(outcomes) != len(expect):
        yield f"{len(expect)} outcomes were expected, and there are {len(outcomes)}"
    shown = [shown_outcome(one) for one in outcomes]
    for number, wanted in enumerate(expect, start=1):
        got = shown[number - 1] if number <= len(shown) else {}
        full = _with_defaults(wanted, spec) if "event_id" in wanted else wanted
        for name in sorted(set(full) | set(got)):
            if full.get(name) != got.get(name):
                yield (
                    f"outcome {number}: {name} is {_text(got.get(name))} and not "
                    f"{_text(full.get(name))}"
                )
    for number, got in enumerate(shown[len(expect) :], start=len(expect) + 1):
        yield f"outcome {number} was not expected: {_text(got)}"


def _with_defaults(wanted: Mapping[str, Any], spec: MapSpec) -> dict[str, Any]:
    return {
        "controller_id": spec.controller_id,
        "source_system": spec.name,
        "recorded_at": wanted.get("occurred_at"),
        **wanted,
    }


def shown_outcome(outcome: Outcome) -> dict[str, Any]:
    """An outcome as a plain record: the event, or `ignored` or `rejected` with the reason."""
    if isinstance(outcome, MappedEvent):
        return event_record(outcome.event)
    kind = "ignored" if isinstance(outcome, IgnoredItem) else "rejected"
    return {kind: outcome.reason}


def _text(value: Any) -> str:
    return "absent" if value is None else json.dumps(value, ensure_ascii=False)
