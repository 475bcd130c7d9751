"""What stands on the output topics after a run, every revision; and that none is there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from streams.wire.commands import REBUILT
from streams.wire.findings import decode_duty, decode_finding
from tests.faults.checks import DEAD_LETTER_CODES, Kind, Problem, Published, problems
from tests.kafka.outputs import Outputs
from tests.model.foreign import FOREIGN


def read_published(outputs: Outputs) -> Published:
    """Read findings and duties."""
    names = outputs.names
    counts: Counter[str] = Counter()
    otherwise: list[str] = []
    written = outputs.read(names.violations)
    findings = _revisions(written, decode_finding, counts, otherwise)
    duties = _revisions(outputs.read(names.duties), decode_duty, counts, otherwise)
    foreign = _foreign(written)
    return Published(findings, duties, counts["erased"], counts["rebuilt"], otherwise, foreign)


def _foreign(records: list[Any]) -> list[str]:
    """Ids of findings of somebody else that a reader of the highest revision still holds."""
    held: dict[bytes, int] = {}
    for record in records:
        if record.value is None:
            held.pop(record.key, None)
            continue
        revision = decode_finding(record.value).revision
        if FOREIGN in record.headers:
            held[record.key] = revision
        elif revision > held.get(record.key, revision):
            del held[record.key]
    return sorted(key.decode() for key in held)


def _revisions(
    records: list[Any], decode: Callable[[bytes], Any], counts: Counter[str], otherwise: list[str]
) -> list[Any]:
    """The revisions on one topic, in their order."""
    by_key: dict[bytes | None, list[Any]] = {}
    for record in records:
        own = by_key.setdefault(record.key, [])
        if record.value is None:
            counts["erased"] += 1
            own.clear()
            continue
        if FOREIGN in record.headers:
            continue
        one = decode(record.value)
        if REBUILT not in record.headers:
            own.append(one)
            continue
        counts["rebuilt"] += 1
        stood = (own[-1].revision, own[-1].status) if own else None
        if stood != (one.revision, one.status):
            otherwise.append(f"{record.topic}/{record.partition}/{record.offset}")
    return [one for own in by_key.values() for one in own]


def repeated(published: Published) -> list[Problem]:
    """No revision may be visible twice but in a rebuild, and none may follow a higher one.

    A duty and the finding that it was not done share one id.
    """
    revisions: Counter[tuple[str, int]] = Counter()
    last: dict[str, int] = {}
    back: list[str] = []
    for name, revision in [
        *(
            (f"finding {f.violation_id}", f.revision)
            for f in published.findings
            if f.code not in DEAD_LETTER_CODES
        ),
        *((f"duty {d.duty_id}", d.revision) for d in published.duties),
    ]:
        revisions[name, revision] += 1
        if revision < last.get(name, 0):
            back.append(f"{name} {last[name]} then {revision}")
        last[name] = max(revision, last.get(name, 0))
    twice = [f"{name} revision {n}" for (name, n), times in revisions.items() if times > 1]
    return problems(
        (Kind.TWICE, "revisions visible twice", twice),
        (Kind.WRONG, "revisions that follow a higher one", back),
        (Kind.WRONG, "findings of somebody else that stand", published.foreign),
        (Kind.WRONG, "published again otherwise than it stood", published.otherwise),
    )
